import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { TreeView } from "../../ssh-server/tree-view.ts";
import type { RootTree } from "../contract.ts";
import { MachineError } from "../machine-error.ts";
import { borrowedTools } from "./borrowed-tools.ts";
import { Cover } from "./cover.ts";
import { cleanedAccounts, type GuestNetwork, guestKit, layKit } from "./guest-kit.ts";
import { hostParts, type Part } from "./mounted-parts.ts";
import { coverPrivatePlaces, within } from "./private-cover.ts";
import { extractedTarball } from "./tarball.ts";

/** One part of a base, with the cover that lies over it. */
export interface BasePart extends Part {
  /** The tree on this host. */
  readonly source: string;
  readonly skin: string;
  readonly mask: string;
}

/** A base that machines can be made of. */
export interface PreparedBase {
  readonly kind: RootTree["base"]["kind"];
  /** Outermost first; the first is the root. */
  readonly parts: readonly BasePart[];
}

/** What preparing needs of its owner. */
export interface BaseShop {
  /** A private directory of this process for covers. */
  readonly covers: string;
  /** Where tarballs are kept once extracted. */
  readonly extracted: string;
  /** Paths of this host that no clone may show: the cloud's own state. */
  readonly hidden: readonly string[];
  readonly network: GuestNetwork;
  readonly whiteouts: "device" | "file";
}

/** Prepares each base once per process. */
export class Bases {
  private readonly shop: BaseShop;
  private readonly known = new Map<string, Promise<PreparedBase>>();

  constructor(shop: BaseShop) {
    this.shop = shop;
  }

  /** The prepared base; a failure is not remembered. */
  prepare(base: RootTree["base"], signal: AbortSignal): Promise<PreparedBase> {
    if (base.kind === "windows") throw new MachineError("image", "a Windows stand-in is no base of a Linux machine");
    const name = base.kind === "host" ? "host" : `${base.kind} ${base.path}`;
    const known = this.known.get(name);
    if (known) return known;
    const folder = join(this.shop.covers, String(this.known.size));
    const made = base.kind === "host" ? this.host(folder) : this.tree(base, folder, signal);
    this.known.set(name, made);
    made.catch(() => this.known.delete(name));
    return made;
  }

  private async host(folder: string): Promise<PreparedBase> {
    const parts = hostParts();
    const kit = [...guestKit("", this.shop.network, []), ...cleanedAccounts("")];
    const made: BasePart[] = [];
    for (const part of parts) {
      const cover = await this.cover(join(folder, part.key), part.mount);
      coverPrivatePlaces(cover, part, parts, this.shop.hidden);
      layKit(
        cover,
        kit.flatMap((file) => {
          const path = within(file.path, part, parts);
          return path === undefined ? [] : [{ ...file, path }];
        }),
      );
      made.push({ ...part, source: part.mount, skin: cover.skin, mask: cover.mask });
    }
    return { kind: "host", parts: made };
  }

  private async tree(
    base: Exclude<RootTree["base"], { kind: "host" } | { kind: "windows" }>,
    folder: string,
    signal: AbortSignal,
  ): Promise<PreparedBase> {
    const source =
      base.kind === "directory" ? base.path : await extractedTarball(base.path, this.shop.extracted, signal);
    if (!(await stat(source).catch(() => undefined))?.isDirectory() || source === "/") {
      throw new MachineError("image", `"${source}" is not the directory of a root file system`);
    }
    const cover = await this.cover(join(folder, "root"), source);
    for (const [name, mode] of [
      ["dev", 0o755],
      ["proc", 0o555],
      ["sys", 0o555],
      ["run", 0o755],
      ["tmp", 0o1777],
    ] as const)
      cover.empty(`/${name}`, mode);
    layKit(cover, guestKit(source, this.shop.network, await borrowedTools(new TreeView(source), signal)));
    return {
      kind: base.kind,
      parts: [{ mount: "/", key: "root", type: "directory", source, skin: cover.skin, mask: cover.mask }],
    };
  }

  private async cover(folder: string, source: string): Promise<Cover> {
    await mkdir(folder, { recursive: true, mode: 0o755 });
    return Cover.create(folder, source, this.shop.whiteouts);
  }
}
