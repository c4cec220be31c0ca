import { checked, type Diagnostic, defineDataSource, type PrepareContext, problem, verdict } from "@kiln/sdk";
import { type Config, config, methods, outputs } from "./config.ts";
import { requestText } from "./request.ts";

/** Asks a URL. Source: core-behaviour §4.18. */
export const httpData = defineDataSource({
  kind: "data-source",
  type: "http",
  doc: "Asks a URL and gives its response.",
  config,
  outputs,
  prepare: async (settings, ctx) => {
    const found = check(settings, ctx);
    const { url = "" } = settings;
    if (found.length > 0) return verdict({ run: async () => ({}) }, found);
    return checked({ run: (run) => requestText({ ...settings, url }, run) });
  },
});

function check({ url, method }: Config, ctx: PrepareContext): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  if (!url) found.push(problem("http-data/no-url", "the `url` must be specified", { subject: ctx.at("url") }));
  if (!methods.some((known) => known === method))
    found.push(
      problem("http-data/bad-method", `the \`method\` must be one of [${methods.join(" ")}]`, {
        subject: ctx.at("method"),
      }),
    );
  return found;
}
