import { expectTypeOf, it } from "vitest";
import { block, blocks, type ConfigOf, flag, list, ofText, required, text } from "./schema.ts";

const schema = {
  image: required(text({ doc: "" })),
  author: text({ doc: "" }),
  pull: flag({ doc: "", fallback: true }),
  names: list(ofText, { doc: "" }),
  tag: blocks({ key: required(text({ doc: "" })) }, { doc: "" }),
  filter: block({ owner: text({ doc: "" }) }, { doc: "" }),
} as const;

it("derives the configuration's type from the schema", () => {
  expectTypeOf<ConfigOf<typeof schema>>().toEqualTypeOf<{
    readonly image: string;
    readonly pull: boolean;
    readonly author?: string;
    readonly names?: readonly string[];
    readonly tag?: readonly { readonly key: string }[];
    readonly filter?: { readonly owner?: string };
  }>();
});
