import { type ComponentBlock, type Diagnostic, nearestName, problem } from "@kiln/sdk";
import type { Engine } from "../engine.ts";
import type { ComponentKind } from "../registry.ts";

const words: Readonly<Record<ComponentKind, string>> = {
  builder: "builder",
  provisioner: "provisioner",
  "post-processor": "post-processor",
  "data-source": "data source",
};

/** A component that Kiln does not have, with the one that was probably meant. */
export function unknownComponent(engine: Engine, kind: ComponentKind, block: ComponentBlock): Diagnostic {
  const near = nearestName(block.type, engine.registry.types(kind));
  return problem("component/unknown", `The ${words[kind]} ${block.type} is unknown`, {
    detail: near
      ? `Did you mean to use "${near}"?`
      : `It is not one of the ${words[kind]}s built into Kiln: ${engine.registry.types(kind).join(", ")}.`,
    subject: block.typeRange,
    ...(near && { suggestion: { replace: block.typeRange, with: near } }),
  });
}
