import type { Clock, EngineEvent, EngineEventBody } from "@kiln/sdk";
import type { SecretSet } from "../secrets.ts";

/** The one door through which a run is seen: stamps, masks, hands on. */
export type Emit = (event: EngineEventBody) => void;

export function eventSink(run: string, clock: Clock, secrets: SecretSet, deliver: (event: EngineEvent) => void): Emit {
  return (event) => deliver(secrets.maskDeep({ at: clock.now().toISOString(), run, ...event }));
}
