import type { Io } from "../io.ts";
import type { OpenedCloud } from "./open-local-cloud.ts";

/** The same process, seen through the environment of the local cloud. */
export function onCloud(io: Io, cloud: OpenedCloud["cloud"]): Io {
  // Credentials and profiles of a real account are not needed in a rehearsal and must not take part in it.
  const { AWS_PROFILE: _, AWS_SESSION_TOKEN: __, ...env } = io.host.env;
  return { ...io, host: { ...io.host, env: { ...env, ...cloud.environment(), PACKER_RUN_UUID: io.runUuid } } };
}
