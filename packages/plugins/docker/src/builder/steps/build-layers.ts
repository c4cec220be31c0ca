import { type BuildContext, type Held, LineSplitter } from "@kiln/sdk";
import type { EngineRef } from "../../engine/open-engine.ts";
import { type BuildLayer, buildLayerKind } from "../../resources/build-layer.ts";

/** Notes in the journal what the output of docker's classic builder says it makes, so that a build that is killed can be cleaned up. */
export class BuildLayers {
  readonly #ctx: BuildContext;
  readonly #of: { readonly engine: EngineRef; readonly name: string };
  readonly #lines = new LineSplitter((line) => this.#line(line));
  readonly #held: Promise<Held<BuildLayer> | undefined>[] = [];
  /** The next image that is named was there before. */
  #known = false;

  constructor(ctx: BuildContext, engine: EngineRef, name: string) {
    this.#ctx = ctx;
    this.#of = { engine, name };
  }

  push(output: Uint8Array): void {
    this.#lines.push(output);
  }

  /** The command has ended: what it made is the image's, or docker's cache. */
  async keep(): Promise<void> {
    for (const held of await Promise.all(this.#held)) await held?.keep();
  }

  #line(line: string): void {
    if (/^Step \d+\/\d+ : FROM /i.test(line) || line === " ---> Using cache") this.#known = true;
    const container = /^ ---> Running in ([0-9a-f]{12})$/.exec(line)?.[1];
    const image = /^ ---> ([0-9a-f]{12})$/.exec(line)?.[1];
    if (container !== undefined) this.#note({ ...this.#of, container });
    if (image === undefined) return;
    if (!this.#known) this.#note({ ...this.#of, image });
    this.#known = false;
  }

  #note(layer: BuildLayer): void {
    const noted = this.#ctx.acquire<BuildLayer, BuildLayer, BuildLayer>({
      kind: buildLayerKind,
      intent: layer,
      create: async () => layer,
      ref: () => layer,
    });
    // An interrupted build notes nothing more: its command is being ended.
    this.#held.push(noted.catch(() => undefined));
  }
}
