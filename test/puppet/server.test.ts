import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Finished, KilnBed } from "../kiln.ts";
import { type Sshd, startSshd } from "../ssh/sshd.ts";
import { startPuppetserver } from "./puppetserver.ts";

const manifest = `node 'web-1' {
  file { $facts['greeting_file']: content => "to \${facts['packer_build_name']} as \${trusted['certname']}\\n" }
}
node default { fail('who are you?') }
`;

async function build(
  sshd: Sshd,
  options: Readonly<Record<string, unknown>>,
): Promise<Finished & { readonly all: string }> {
  using bed = new KilnBed();
  const path = join(bed.folder, "template.json");
  writeFileSync(
    path,
    JSON.stringify({
      builders: [
        {
          type: "null",
          name: "web",
          ssh_host: "127.0.0.1",
          ssh_port: sshd.port,
          ssh_username: sshd.user,
          ssh_private_key_file: sshd.keyFile,
        },
      ],
      provisioners: [{ type: "puppet-server", puppet_server: "localhost", ...options }],
    }),
  );
  const finished = await bed.run(["build", "-color=false", path]);
  return { ...finished, all: finished.stdout + finished.stderr };
}

it("runs the agent against a real puppetserver, with certificates made there or brought along", {
  timeout: 900_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "kiln-agent-"));
  const at = (name: string): string => join(folder, name);
  await using sshd = await startSshd();
  await using server = await startPuppetserver(manifest);
  try {
    const agent = (name: string): readonly string[] => [
      `--serverport=${server.port}`,
      `--confdir=${at(name)}`,
      `--vardir=${at(`${name}/var`)}`,
      `--ssldir=${at(`${name}/ssl`)}`,
      "--color=false",
    ];
    const first = await build(sshd, {
      puppet_node: "web-1",
      staging_dir: at("staging"),
      facter: { greeting_file: at("first") },
      extra_arguments: agent("one"),
    });
    expect(first.all).toContain("Builds finished");
    expect(readFileSync(at("first"), "utf8")).toBe("to web as web-1\n");
    expect(server.signed()).toContain("web-1");
    expect(first.all).toContain("--server='localhost' --certname='web-1'");

    // The same identity, sent from here.
    const second = await build(sshd, {
      puppet_node: "web-1",
      staging_dir: at("staging"),
      facter: { greeting_file: at("second") },
      client_cert_path: at("one/ssl/certs"),
      client_private_key_path: at("one/ssl/private_keys"),
      extra_arguments: agent("two"),
      clean_staging_directory: true,
    });
    expect(second.all).toContain("Builds finished");
    expect(readFileSync(at("second"), "utf8")).toBe("to web as web-1\n");

    // A catalogue that the server refuses to compile.
    const refused = await build(sshd, {
      puppet_node: "nobody",
      staging_dir: at("staging"),
      extra_arguments: [...agent("three"), "--no-usecacheonfailure"],
    });
    expect(refused.code).toBe(1);
    expect(refused.all).toContain("Puppet exited with a non-zero exit status: 1 (the run failed");
    expect(refused.all).toContain("Puppet printed nothing");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
