import type { Schema } from "@kiln/sdk";
import { expect, it } from "vitest";
import { family } from "./index.ts";

it("loads every component under its own name, each option documented", async () => {
  const kinds = { builder: family.builders, provisioner: family.provisioners, "post-processor": family.postProcessors };
  for (const [kind, components] of Object.entries(kinds)) {
    for (const [type, load] of Object.entries(components ?? {})) {
      const component = await load();
      expect([component.kind, component.type]).toEqual([kind, type]);
      const config: Schema = component.config;
      for (const [name, field] of Object.entries(config)) expect(field.doc, `${type}.${name}`).toMatch(/[.?]$|;/);
    }
  }
  for (const [kind, load] of Object.entries(family.resourceKinds ?? {})) expect((await load()).kind).toBe(kind);
});
