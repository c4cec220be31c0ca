import type { PrepareContext } from "@kiln/sdk";
import type { Config } from "../config.ts";
import { argumentsOption } from "../template-names.ts";
import type { Refusals } from "./refusals.ts";

/** `qemuargs`: each begins with a switch, and its text can be rendered. */
export function checkArguments(config: Config, ctx: PrepareContext, refuse: Refusals): void {
  const data = {
    HTTPIP: "10.0.2.2",
    HTTPPort: 8000,
    HTTPDir: "",
    HTTPContent: {},
    OutputDir: "output",
    Name: "name",
    SSHHostPort: 2222,
  };
  for (const [i, words] of (config.qemuargs ?? []).entries()) {
    const [name = ""] = words;
    if (words.length === 0) continue;
    if (!name.startsWith("-"))
      refuse.error(
        "qemuargs",
        "arguments",
        `qemuargs: "${name}" (number ${i + 1}) is no switch`,
        "Switches begin with -.",
      );
    for (const word of words) {
      const rendered = ctx.render(word, data, argumentsOption.type);
      if (!rendered.ok) refuse.template("qemuargs", rendered.diagnostics, data);
    }
  }
}
