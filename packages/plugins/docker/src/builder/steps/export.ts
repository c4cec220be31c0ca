import type { BuildContext } from "@kiln/sdk";
import type { Docker } from "../../engine/open-engine.ts";
import { orFail } from "../../failure.ts";
import { writeWhole } from "../../write-whole.ts";

/** Writes the container's files to an archive; one that could not be finished leaves nothing, nor harms what was there. */
export async function exportContainer(
  ctx: BuildContext,
  docker: Docker,
  path: string,
  container: string,
): Promise<void> {
  const { ui, signal } = ctx;
  ui.say("Exporting the container");
  await orFail(ui, "Error exporting", signal, () => writeWhole(ctx, path, docker.engine.export(container, signal)));
}
