import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { quote } from "../../ssh-server/enter.ts";
import type { BasePart, PreparedBase } from "../base/prepared-base.ts";
import { attempt, run } from "../command.ts";
import type { MachineSpec } from "../contract.ts";
import { MachineError } from "../machine-error.ts";
import { type BootPlan, bootScript, type CloneMethod } from "./boot-script.ts";
import { initScript } from "./init-script.ts";
import { layerParts } from "./layer.ts";

/** How a machine's directory is laid out: what it changed (`upper`) outlives a stop, the rest is made at each boot. */
export class MachineFolder {
  readonly path: string;
  private readonly method: CloneMethod;
  private readonly ownNetwork: boolean;

  constructor(path: string, method: CloneMethod, ownNetwork: boolean) {
    this.path = path;
    this.method = method;
    this.ownNetwork = ownNetwork;
  }

  /** Where the changes of one part are kept. */
  upper(part: string): string {
    return join(this.path, this.method.kind === "copy" ? "copy" : "upper", part);
  }

  get consolePipe(): string {
    return join(this.path, "console");
  }

  get script(): string {
    return join(this.path, "boot.sh");
  }

  /** Makes everything that the boot script expects. Once. */
  async create(base: PreparedBase, spec: MachineSpec, signal: AbortSignal): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o700 });
    const folders = ["root", "lower"].map((name) => mkdir(join(this.path, name)));
    await Promise.all([...folders, run("mkfifo", ["-m", "600", this.consolePipe], { signal })]);
    const layers = await Promise.all(spec.root.layers.map((layer) => layerParts(layer)));
    for (const [index, names] of layers.entries()) refuseForeignParts(names, base, spec.root.layers[index] ?? "");
    const parts = base.parts.map((part) => ({ ...part, layers: 0 }));
    if (this.method.kind === "copy") await this.copy(parts, spec, signal);
    else await Promise.all(parts.map((part) => this.link(part, spec, layers)));
    const counted = parts.map((part) => ({
      ...part,
      layers: layers.filter((names) => names.includes(part.key)).length,
    }));
    const plan: BootPlan = {
      parts: counted,
      method: this.method,
      hostName: spec.hostName,
      ownNetwork: this.ownNetwork,
    };
    await Promise.all([writeFile(this.script, bootScript(plan)), writeFile(join(this.path, "init"), initScript)]);
  }

  /** Clears what only one boot may see: the overlay's work, the SSH server's pipes, and `/tmp`, which systems empty at boot. */
  async beforeBoot(parts: readonly string[]): Promise<void> {
    await rm(join(this.path, "work"), { recursive: true, force: true });
    await rm(join(this.path, "pipes"), { recursive: true, force: true });
    await mkdir(join(this.path, "pipes"), { mode: 0o700 });
    await rm(join(this.upper("root"), "tmp"), { recursive: true, force: true });
    if (this.method.kind === "copy") await mkdir(join(this.upper("root"), "tmp"), { mode: 0o1777 });
    else for (const part of parts) await mkdir(join(this.path, "work", part), { recursive: true });
  }

  async remove(): Promise<void> {
    // The kernel lets go of a dead namespace's mounts a moment after its last process.
    for (let tries = 0; tries < 20; tries++) if (await attempt("rm", ["-rf", this.path])) return;
    await rm(this.path, { recursive: true, force: true });
  }

  private async link(part: BasePart, spec: MachineSpec, layers: readonly (readonly string[])[]): Promise<void> {
    const lower = join(this.path, "lower");
    await Promise.all([
      mkdir(this.upper(part.key), { recursive: true }),
      symlink(part.source, join(lower, `${part.key}.base`)),
    ]);
    // The newest layer is the topmost, which overlay lists first.
    const having = spec.root.layers.filter((_, index) => layers[index]?.includes(part.key)).reverse();
    await Promise.all(
      having.map((layer, index) => symlink(join(layer, part.key), join(lower, `${part.key}.${index}`))),
    );
  }

  private async copy(parts: readonly BasePart[], spec: MachineSpec, signal: AbortSignal): Promise<void> {
    if (spec.root.layers.length > 0) {
      throw new MachineError(
        "image",
        "this image was captured where overlays work, as changes to its base; here machines are full copies, and changes cannot be laid over one",
      );
    }
    for (const part of parts) {
      const target = this.upper(part.key);
      await mkdir(target, { recursive: true });
      await run("sh", ["-euc", copyScript(part, target)], { signal });
    }
  }
}

/** Copies one part: first without what its mask hides, then the skin over it. Sockets and other file systems stay behind. */
function copyScript(part: BasePart, target: string): string {
  const [list, source, into] = [`${target}.hidden`, part.source, target].map(quote);
  return `cd ${quote(part.mask)}
find . -type f | sed 's/[][*?\\\\]/\\\\&/g' >${list}
tar -C ${source} --one-file-system --anchored --exclude-from=${list} --xattrs --acls -cf - . |
  tar -C ${into} --numeric-owner --xattrs --acls -xpf -
rm -f ${list}
cp -a ${quote(`${part.skin}/.`)} ${into}/`;
}

function refuseForeignParts(names: readonly string[], base: PreparedBase, layer: string): void {
  const known = base.parts.map(({ key }) => key);
  const foreign = names.filter((name) => !known.includes(name));
  if (foreign.length > 0) {
    throw new MachineError(
      "image",
      `the layer "${layer}" changes /${foreign.join(", /")} as a file system of its own, which the base no longer has`,
    );
  }
}
