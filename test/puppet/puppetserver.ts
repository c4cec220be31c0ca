import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../ssh/sshd.ts";

/** Debian's puppetserver with a directory, a port and a certificate authority of its own; it signs every request. */
export interface Puppetserver extends AsyncDisposable {
  readonly port: number;
  readonly dir: string;
  /** Names of the certificates that it has signed. */
  signed(): readonly string[];
}

export async function startPuppetserver(manifest: string): Promise<Puppetserver> {
  const dir = mkdtempSync(join(tmpdir(), "kiln-puppetserver-"));
  const port = await freePort();
  const at = (...names: readonly string[]): string => join(dir, ...names);
  for (const name of ["conf", "code/environments/production/manifests", "var", "run", "log", "gems"]) {
    mkdirSync(at(name), { recursive: true });
  }
  writeFileSync(at("code/environments/production/manifests/site.pp"), manifest);
  writeFileSync(
    at("conf/puppet.conf"),
    `[main]
certname = localhost
[server]
autosign = true
user = root
group = root
dns_alt_names = localhost
vardir = ${at("var")}
codedir = ${at("code")}
ssldir = ${at("conf/ssl")}
cadir = ${at("conf/ca")}
`,
  );
  cpSync("/etc/puppet/puppetserver", at("server"), { recursive: true });
  const edit = (file: string, change: (text: string) => string): void =>
    writeFileSync(at("server", file), change(readFileSync(at("server", file), "utf8")));
  edit("conf.d/puppetserver.conf", (text) =>
    text
      .replace(/(gem-home): .*/, `$1: ${at("gems")}`)
      .replace(/(server-conf-dir): .*/, `$1: ${at("conf")}`)
      .replace(/(server-code-dir): .*/, `$1: ${at("code")}`)
      .replace(/(server-var-dir): .*/, `$1: ${at("var")}`)
      .replace(/(server-run-dir): .*/, `$1: ${at("run")}`)
      .replace(/(server-log-dir): .*/, `$1: ${at("log")}\n    max-active-instances: 1`),
  );
  edit("conf.d/webserver.conf", (text) =>
    text
      .replace(/access-log-config: .*/, "")
      .replace(/ssl-host: .*/, "ssl-host: 127.0.0.1")
      .replace(/ssl-port: .*/, `ssl-port: ${port}`),
  );
  edit("conf.d/global.conf", (text) => text.replace(/logging-config: .*/, `logging-config: ${at("logback.xml")}`));
  writeFileSync(
    at("logback.xml"),
    '<configuration><appender name="out" class="ch.qos.logback.core.ConsoleAppender"><encoder><pattern>%-5p %m%n</pattern>' +
      '</encoder></appender><root level="info"><appender-ref ref="out"/></root></configuration>',
  );
  const child = spawn(
    "java",
    [
      "-Xms256m",
      "-Xmx768m",
      "-XX:+UseSerialGC",
      "-XX:TieredStopAtLevel=1",
      "-Djruby.logger.class=com.puppetlabs.jruby_utils.jruby.Slf4jLogger",
      "-Djruby.lib=/usr/share/jruby/lib",
      ...["sun.nio.ch", "java.io"].map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
      "-jar",
      "/usr/share/puppetserver/puppetserver.jar",
      ...["--config", at("server/conf.d"), "--bootstrap-config", at("server/services.d")],
      ...["--restart-file", at("run/restart")],
    ],
    { cwd: "/usr/share/puppetserver", stdio: ["ignore", "pipe", "pipe"] },
  );
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let log = "";
  const ready = new Promise<boolean>((resolve) => {
    const read = (text: string): void => {
      log += text;
      if (log.includes("now ready to handle requests")) resolve(true);
    };
    child.stdout.setEncoding("utf8").on("data", read);
    child.stderr.setEncoding("utf8").on("data", read);
    void exited.then(() => resolve(false));
  });
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
    rmSync(dir, { recursive: true, force: true });
  };
  if (!(await ready)) {
    await stop();
    throw new Error(`puppetserver did not start: ${log.slice(-2000)}`);
  }
  return {
    port,
    dir,
    signed: () => readdirSync(at("conf/ca/signed")).map((name) => name.replace(/\.pem$/, "")),
    [Symbol.asyncDispose]: stop,
  };
}
