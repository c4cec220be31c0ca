import { type Checked, checked } from "@kiln/sdk";
import { plain } from "./node.ts";
import { parseJson } from "./parse-json.ts";
import { readSource } from "./read-source.ts";

/** Any JSON document as JSON.parse would give it, with this package's diagnostics. The last of equal names counts. */
export function parsePlainJson(text: string | Uint8Array, file: string): Checked<unknown> {
  const { source, warnings } = readSource(text, file);
  const parsed = parseJson(source);
  return parsed.ok ? checked(plain(parsed.value), warnings) : parsed;
}
