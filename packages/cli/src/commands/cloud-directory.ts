import { join } from "node:path";
import {
  DirectoryInUseError,
  type DirectoryLock,
  type DirectoryOwner,
  type JoinedCloud,
  joinLocalCloud,
  lockDirectory,
} from "@kiln/local-cloud";
import type { Io } from "../io.ts";
import type { Printer } from "../output/printer.ts";

/** The directory that keeps images, key pairs and the rest between rehearsals. */
export function cloudDirectory(io: Io): string {
  return join(io.stateDirectory, "local-cloud");
}

/** Whose cloud one may work on: a cloud of one's own, one that keeps serving, or any that runs just now. */
export type Sharing = "own" | "served" | "any";

export type HeldDirectory =
  | { readonly is: "own"; readonly lock: DirectoryLock }
  | { readonly is: "joined"; readonly cloud: JoinedCloud; readonly owner: DirectoryOwner };

const lookAgainMs = 250;

/**
 * Takes the local cloud's directory, or joins the cloud that has it. A cloud that serves stays, so its endpoint will do for a whole
 * build; that of another rehearsal goes with it, so this waits until it has ended. Throws DirectoryInUseError where a cloud serves and
 * one's own is wanted.
 */
export async function holdDirectory(
  io: Io,
  printer: Printer,
  { sharing, serves }: { readonly sharing: Sharing; readonly serves: boolean },
): Promise<HeldDirectory> {
  const directory = cloudDirectory(io);
  const signal = io.interrupts.first;
  let told: number | undefined;
  for (;;) {
    try {
      return { is: "own", lock: await lockDirectory(directory, serves) };
    } catch (error) {
      if (!(error instanceof DirectoryInUseError)) throw error;
      const { owner } = error;
      if (owner?.serves && sharing === "own") throw error;
      const joins = owner?.endpoint !== undefined && (owner.serves ? sharing !== "own" : sharing === "any");
      const cloud = joins ? await joinLocalCloud(owner.endpoint, signal) : undefined;
      if (cloud && owner) return { is: "joined", cloud, owner };
      if (owner && !owner.serves && told !== owner.pid) {
        told = owner.pid;
        printer.say(
          `Another rehearsal (process ${owner.pid}) uses ${directory}; waiting for it to end. KILN_STATE_DIR=DIR chooses another directory.`,
        );
      }
    }
    await io.host.clock.sleep(lookAgainMs, signal);
  }
}
