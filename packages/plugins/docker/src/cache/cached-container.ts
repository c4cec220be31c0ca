import type { SourceImage } from "../builder/steps/pull.ts";
import type { Docker } from "../engine/open-engine.ts";

/** What the container is known by while it is provisioned. */
export interface CachedContainer {
  readonly id: string;
  readonly source: SourceImage;
  /** The image it was started from: the source, or a stored one. */
  readonly startedFrom: string;
  /** The directory that it shares with this machine, here and there. */
  readonly shared: string;
  readonly sharedAt: string;
  /** Processes that ran before anything was provisioned. */
  readonly processes: ReadonlySet<string>;
}

/** What a docker command prints. */
export function asked(docker: Docker, args: readonly string[], signal: AbortSignal): Promise<string> {
  return docker.command.expect(`docker ${args[0]} failed`, args, { signal });
}
