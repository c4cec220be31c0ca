import { readdir } from "node:fs/promises";
import { MachineError } from "../machine-error.ts";

/** The parts that a captured layer holds changes of: its top directories (`root`, `var`). Throws when it is none. */
export async function layerParts(layer: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(layer, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    throw new MachineError("image", `the image's layer "${layer}" cannot be read`, error);
  }
}
