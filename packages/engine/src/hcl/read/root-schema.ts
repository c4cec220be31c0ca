import type { BodySchema } from "../body/content.ts";

/** Blocks at the top of a template. Source: core-behaviour §3.2. */
export const rootSchema: BodySchema = {
  attributes: [],
  blocks: new Map([
    ["packer", []],
    ["variable", ["name"]],
    ["variables", []],
    ["local", ["name"]],
    ["locals", []],
    ["data", ["type", "name"]],
    ["source", ["type", "name"]],
    ["build", []],
    ["hcp_packer_registry", []],
    ["communicator", ["type", "name"]],
  ]),
};
export const packerSchema: BodySchema = {
  attributes: ["required_version"],
  blocks: new Map([["required_plugins", []]]),
};
export const variableSchema: BodySchema = {
  attributes: ["type", "default", "description", "sensitive"],
  blocks: new Map([["validation", []]]),
};
export const validationSchema: BodySchema = { attributes: ["condition", "error_message"], blocks: new Map() };
export const localSchema: BodySchema = { attributes: ["expression", "sensitive"], blocks: new Map() };

/** What variables, locals and data sources may be called. */
export function isIdentifier(name: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name);
}
export const identifierRule =
  "A name must start with a letter or underscore and may contain only letters, digits, underscores, and dashes.";
