import type { PluginRequirement } from "@kiln/sdk";
import { expect, it } from "vitest";
import { missingPlugins } from "./built-in.ts";

it("refuses plugins that cannot be had, and only warns where builds were chosen", () => {
  const at = { line: 1, column: 1, byte: 0 };
  const range = { file: "t.pkr.hcl", start: at, end: at };
  const plugin = (source: string): [string, PluginRequirement] => [source, { source, version: "~> 1", range }];
  const required = new Map([plugin("github.com/hashicorp/qemu"), plugin("github.com/hashicorp/vmware")]);
  const told = (buildsChosen: boolean) =>
    missingPlugins(required, buildsChosen).map(({ severity, detail }) => [severity, detail?.split(" ")[0]]);
  expect(told(false)).toEqual([["error", "github.com/hashicorp/vmware"]]);
  expect(told(true)).toEqual([["warning", "github.com/hashicorp/vmware"]]);
});
