import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { KilnBed } from "../kiln.ts";
import { startSshd } from "../ssh/sshd.ts";

it("runs one provisioner differently on Linux and on Windows, and others on one of them only", async () => {
  await using sshd = await startSshd();
  using bed = new KilnBed();
  const folder = mkdtempSync(join(tmpdir(), "kiln-override-"));
  const at = (name: string): string => join(folder, name);
  const builder = (name: string) => ({
    type: "null",
    name,
    ssh_host: "127.0.0.1",
    ssh_port: sshd.port,
    ssh_username: sshd.user,
    ssh_private_key_file: sshd.keyFile,
  });
  // PowerShell stands in for itself here: what counts is the command that it gets.
  writeFileSync(at("powershell"), `#!/bin/sh\nprintf '%s\\n' "$*" >>${at("asked")}\n`, { mode: 0o755 });
  writeFileSync(at("script"), 'echo "$WHERE"\n');
  writeFileSync(
    join(bed.folder, "t.json"),
    JSON.stringify({
      builders: [builder("linux"), builder("windows")],
      provisioners: [
        {
          type: "shell",
          script: at("script"),
          environment_vars: ["WHERE=on linux"],
          override: {
            windows: { environment_vars: ["WHERE=on windows"], remote_path: at("there.ps1") },
          },
        },
        {
          type: "powershell",
          only: ["windows"],
          inline: ["x"],
          remote_path: at("p.ps1"),
          skip_clean: true,
          override: { windows: { execute_command: `${at("powershell")} -from override {{.Path}}` } },
        },
      ],
    }),
  );
  const { code, stdout, stderr } = await bed.run(["build", "-color=false", join(bed.folder, "t.json")]);
  expect([code, stderr, stdout]).toEqual([0, "", expect.any(String)]);
  const lines = stdout.split("\n");
  expect(lines).toContain("    null.linux: on linux");
  expect(lines).toContain("    null.windows: on windows");
  expect(lines.some((line) => line.includes("null.linux: Provisioning with Powershell"))).toBe(false);
  expect(readFileSync(at("asked"), "utf8")).toBe(`-from override ${at("p.ps1")}\n`);
  rmSync(folder, { recursive: true, force: true });
});
