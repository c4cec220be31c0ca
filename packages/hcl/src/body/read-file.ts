import { type Diagnostic, problem } from "@kiln/sdk";
import { parseJson, startOf } from "../json/parse-json.ts";
import { rangeOf } from "../syntax/ast.ts";
import { parseNative } from "../syntax/parse.ts";
import type { Body } from "./body.ts";
import { JsonSyntaxBody } from "./json-body.ts";
import { NativeSyntaxBody } from "./native-body.ts";

export interface FileBody<B extends Body = Body> {
  readonly body: B;
  readonly diagnostics: readonly Diagnostic[];
}

/** A file in the native syntax; `file` is its name in diagnostics. Bytes that are not UTF-8 are reported. */
export function readNativeFile(text: string | Uint8Array, file: string): FileBody<NativeSyntaxBody> {
  const { result, diagnostics } = parseNative(text, file);
  return { body: new NativeSyntaxBody(result), diagnostics };
}

/** A file in the JSON syntax: an object, or an array of objects. */
export function readJsonFile(text: string | Uint8Array, file: string): FileBody<JsonSyntaxBody> {
  const { result, diagnostics } = parseJson(text, file);
  if (result.type === "object" || result.type === "array") return { body: new JsonSyntaxBody(result), diagnostics };
  const detail =
    "The root value in a JSON-based configuration must be either a JSON object or a JSON array of objects.";
  const subject = startOf(result);
  const wrong = problem("hcl/json-root", "Root value must be object", { detail, subject: rangeOf(subject) });
  const place = { source: result.source, start: result.start, end: result.start };
  const empty = { type: "object" as const, members: [], open: place, close: place, ...place };
  return { body: new JsonSyntaxBody(empty), diagnostics: [...diagnostics, wrong] };
}
