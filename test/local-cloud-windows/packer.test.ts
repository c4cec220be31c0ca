import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../kiln.ts";
import { runPeer, ServerProcess, workDirectory } from "../local-cloud-ec2/server-process.ts";

/** Debian's Packer has a WinRM client of its own: shells, `echo` uploads, scripts by -EncodedCommand, elevated tasks. */
describe("Debian's Packer 1.6.6", () => {
  it("builds the Windows template, with files both ways and elevated commands", async () => {
    using work = workDirectory();
    await using server = await ServerProcess.start(join(work.path, "state"));
    cpSync(join(root, "examples/windows"), work.path, { recursive: true });
    writeFileSync(join(work.path, "some.txt"), `${"0123456789".repeat(2_000)}\r\nGrüße\r\n`);
    writeFileSync(join(work.path, "firstrun.json"), template(server.endpoint, work.path));
    const env = { ...server.environment, AWS_POLL_DELAY_SECONDS: "1", PACKER_CONFIG_DIR: work.path };
    const built = await runPeer("/usr/bin/packer", ["build", "-color=false", "firstrun.json"], { env, cwd: work.path });
    expect(built.code, built.stdout + built.stderr).toBe(0);
    const said = built.stdout.split("\n").map((line) => line.trimEnd());
    expect(said).toEqual(
      expect.arrayContaining([
        "    amazon-ebs: WinRM connected.",
        "    amazon-ebs: HELLO NEW USER; WELCOME TO PACKER",
        "    amazon-ebs: characters such as DOLLAR$ directly in a command",
        expect.stringMatching(/^ {4}amazon-ebs: WIN-[0-9A-Z]{11} restarted\.$/),
        "==> amazon-ebs: Machine successfully restarted, moving on",
        "    amazon-ebs: For example, VAR1 from our config is: A$Dollar",
        "    amazon-ebs: Likewise, VAR2 is: A`Backtick",
        "    amazon-ebs: VAR3 is: A'SingleQuote",
        '    amazon-ebs: Finally, VAR4 is: A"DoubleQuote',
        "    amazon-ebs: elevated as Administrator",
        "    amazon-ebs: shell 42",
      ]),
    );
    expect(readFileSync(join(work.path, "fetched.txt"))).toEqual(readFileSync(join(work.path, "some.txt")));
  });
});

function template(endpoint: string, folder: string): string {
  const whole = JSON.parse(readFileSync(join(root, "examples/windows/firstrun.json"), "utf8"));
  Object.assign(whole.builders[0], { custom_endpoint_ec2: endpoint });
  for (const one of whole.provisioners) if (one.type === "windows-restart") one.check_registry = true;
  const elevated = { elevated_user: "Administrator", elevated_password: "SuperS3cr3t!!!!" };
  whole.provisioners.push(
    { type: "file", source: "some.txt", destination: "C:/Windows/Temp/some.txt" },
    {
      type: "file",
      direction: "download",
      source: "C:/Windows/Temp/some.txt",
      destination: join(folder, "fetched.txt"),
    },
    { type: "powershell", inline: ['Write-Host "elevated as $env:USERNAME"'], ...elevated },
    { type: "windows-shell", inline: ["@echo off", "set /a x=6*7 >nul", "echo shell %x%"] },
  );
  return JSON.stringify(whole);
}
