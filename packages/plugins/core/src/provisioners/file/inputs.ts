import type { InputsContext, StepInputs, Unrepeatable } from "@kiln/sdk";
import { rendered } from "../../script/inline-script.ts";
import { sourcesOf } from "./check.ts";
import type { Config } from "./config.ts";

/** What is sent, and where to. */
export function inputs(config: Config, run: InputsContext): StepInputs | Unrepeatable {
  if (config.direction === "download") return { never: "downloads from the machine" };
  if (config.generated) return { never: "sends what the build itself makes" };
  const destination = rendered(run, config.destination ?? "", {}, "destination");
  if (config.content) {
    const content = rendered(run, config.content, {}, "content");
    return { config: { ...config, destination, content }, files: [] };
  }
  const files = sourcesOf(config).map((source) => rendered(run, source, {}, "source"));
  return { config: { ...config, destination }, files };
}
