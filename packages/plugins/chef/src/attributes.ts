import { sortedJson } from "@kiln/sdk";
import type { ChefConfig } from "./options.ts";

type Attributes = Readonly<Record<string, unknown>>;
type Result = { readonly ok: true; readonly value: Attributes } | { readonly ok: false; readonly problem: string };

/** The node's attributes: `json`, or `json_string` read. */
export function nodeAttributes({ json, json_string }: Pick<ChefConfig, "json" | "json_string">): Result {
  if (json_string) {
    try {
      return asObject(JSON.parse(json_string), "json_string");
    } catch (error) {
      return {
        ok: false,
        problem: `Error parsing json_string: ${error instanceof Error ? error.message : "not JSON"}`,
      };
    }
  }
  return asObject(json ?? {}, "json");
}

function asObject(value: unknown, name: string): Result {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ok: true, value: { ...value } };
  return { ok: false, problem: `${name} must be an object of attributes` };
}

/** The file that tells Chef the node's attributes and what to run, as Packer writes it. */
export function attributesFile(config: ChefConfig): string {
  const attributes = nodeAttributes(config);
  const runList = config.run_list && config.run_list.length > 0 ? { run_list: config.run_list } : {};
  const escapes: Readonly<Record<string, string>> = { "<": "\\u003c", ">": "\\u003e", "&": "\\u0026" };
  return sortedJson({ ...(attributes.ok && attributes.value), ...runList }).replace(/[<>&]/g, (c) => escapes[c] ?? c);
}
