import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Finished, KilnBed, type RunOptions } from "../kiln.ts";
import { type Sshd, startSshd } from "../ssh/sshd.ts";

/** Kiln with an sshd of its own: builds of the null builder, provisioned as the test says. */
export class AnsibleBed implements AsyncDisposable {
  readonly kiln = new KilnBed();
  readonly sshd: Sshd;
  /** Where temporary files of builds go. */
  readonly temporary: string;

  private constructor(sshd: Sshd) {
    this.sshd = sshd;
    this.temporary = join(this.kiln.folder, "tmp");
    mkdirSync(this.temporary);
  }
  static async open(): Promise<AnsibleBed> {
    return new AnsibleBed(await startSshd());
  }

  path(...names: readonly string[]): string {
    return join(this.kiln.folder, ...names);
  }
  write(name: string, text: string): string {
    const path = this.path(name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /** A template's path. */
  template(provisioners: readonly object[], builder: object = {}): string {
    const { sshd } = this;
    const connection = {
      communicator: "ssh",
      ssh_host: "127.0.0.1",
      ssh_port: sshd.port,
      ssh_username: sshd.user,
      ssh_private_key_file: sshd.keyFile,
    };
    const builders = [{ type: "null", ...connection, ...builder }];
    return this.write("template.json", JSON.stringify({ builders, provisioners }));
  }

  /** Temporary files that are there; Node keeps its own beside them. */
  left(): readonly string[] {
    return readdirSync(this.temporary).filter((name) => name !== "node-compile-cache");
  }

  environment(): Readonly<Record<string, string>> {
    return { TMPDIR: this.temporary, HOME: this.path("home"), ANSIBLE_NOCOLOR: "1" };
  }
  build(provisioners: readonly object[], options: RunOptions = {}): Promise<Finished> {
    const args = ["build", "-color=false", this.template(provisioners)];
    return this.kiln.run(args, { cwd: this.kiln.folder, ...options, env: { ...this.environment(), ...options.env } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sshd[Symbol.asyncDispose]();
    this.kiln[Symbol.dispose]();
  }
}

/** Names, kinds, modes and contents of everything below a directory. */
export function treeOf(root: string, below = ""): readonly string[] {
  return readdirSync(join(root, below))
    .toSorted()
    .flatMap((name) => {
      const path = join(below, name);
      const stat = lstatSync(join(root, path));
      const mode = (stat.mode & 0o7777).toString(8);
      if (stat.isDirectory()) return [`${path}/ ${mode}`, ...treeOf(root, path)];
      return [
        `${path} ${mode} ${createHash("sha256")
          .update(readFileSync(join(root, path)))
          .digest("hex")}`,
      ];
    });
}
