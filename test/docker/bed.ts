import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type DockerEngine, startEngine } from "../beds/docker-engine.ts";
import { tinyArchive } from "../beds/tiny-image.ts";
import { type Finished, KilnBed, type RunOptions, run } from "../kiln.ts";

type Engine = Pick<DockerEngine, "host" | "docker" | typeof Symbol.asyncDispose>;

/** The image that every test starts from. */
export const tiny = "tiny:1";

/** Kiln and an engine of the test's own: what is left afterwards is this build's alone. */
export class DockerBed<E extends Engine = DockerEngine> implements AsyncDisposable {
  readonly engine: E;
  readonly kiln = new KilnBed();
  readonly folder = this.kiln.folder;
  /** Temporary files of both programs. */
  readonly temporary = join(this.folder, "tmp");
  readonly #before: string;

  private constructor(engine: E, before: string) {
    this.engine = engine;
    this.#before = before;
    mkdirSync(this.temporary);
  }

  static async open(options: { readonly data?: string } = {}): Promise<DockerBed> {
    return DockerBed.on(await startEngine(options));
  }
  /** On an engine that goes with the bed. */
  static async on<E extends Engine>(engine: E): Promise<DockerBed<E>> {
    using archive = tinyArchive();
    await engine.docker("import", "--change", 'CMD ["/bin/sh"]', archive.path, tiny);
    return new DockerBed(engine, await engine.docker("images", "-aq", "--no-trunc"));
  }

  get env(): Readonly<Record<string, string>> {
    return { DOCKER_HOST: this.engine.host, PACKER_TMP_DIR: this.temporary, TMPDIR: this.temporary };
  }

  /** Writes a template with one docker builder, laid over defaults that need no network. */
  template(builder: object, rest: object = {}, name = "template.json"): string {
    const path = join(this.folder, name);
    const whole = { builders: [{ type: "docker", image: tiny, pull: false, ...builder }], ...rest };
    writeFileSync(path, JSON.stringify(whole));
    return path;
  }
  build(template: string, options: RunOptions = {}): Promise<Finished> {
    const args = ["build", "-color=false", template];
    return this.kiln.run(args, { cwd: this.folder, ...options, env: { ...this.env, ...options.env } });
  }
  packer(template: string, options: RunOptions = {}): Promise<Finished> {
    const args = ["build", "-color=false", template];
    return run("/usr/bin/packer", args, { cwd: this.folder, ...options, env: { ...this.env, ...options.env } });
  }
  cleanUp(): Promise<Finished> {
    return this.kiln.run(["cleanup"], { env: this.env });
  }

  /** What a build left behind. Images are those beyond the one that was there. */
  async left(): Promise<{
    readonly containers: readonly string[];
    readonly images: readonly string[];
    readonly files: readonly string[];
  }> {
    const lines = (text: string): readonly string[] => text.split("\n").filter(Boolean);
    const images = lines(await this.engine.docker("images", "-aq", "--no-trunc"));
    return {
      containers: lines(await this.engine.docker("ps", "-aq")),
      images: [...new Set(images)].filter((id) => !this.#before.includes(id)),
      files: this.files(),
    };
  }

  /** What is in the temporary directory. The cache of compiled code is Node's own, and meant to stay. */
  files(): readonly string[] {
    return readdirSync(this.temporary).filter((name) => name !== "node-compile-cache");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine[Symbol.asyncDispose]();
    this.kiln[Symbol.dispose]();
  }
}
