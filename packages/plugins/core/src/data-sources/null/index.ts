import { checked, defineDataSource, problem, refused, text } from "@kiln/sdk";

const config = { input: text({ doc: "What to give back." }) } as const;

/** Gives back what it is given: for trying things out. Source: core-behaviour §4.18. */
export const nullData = defineDataSource({
  kind: "data-source",
  type: "null",
  doc: "Gives back its input.",
  config,
  outputs: { output: text({ doc: "The input." }) },
  prepare: async ({ input }, ctx) => {
    if (!input)
      return refused(problem("null-data/no-input", "the `input` must be specified", { subject: ctx.at("input") }));
    return checked({ run: async () => ({ output: input }) });
  },
});
