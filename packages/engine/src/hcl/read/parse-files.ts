import { type NativeBody, parseNative } from "@kiln/hcl";
import type { Diagnostic } from "@kiln/sdk";
import type { HclFile } from "../hcl-template.ts";

/** Parses every file; all their mistakes at once. */
export function parseFiles(files: readonly HclFile[], found: Diagnostic[]): readonly NativeBody[] {
  return files.map((file) => {
    const { result, diagnostics } = parseFile(file);
    found.push(...diagnostics);
    return result;
  });
}

/** The body of one file, native or JSON. */
export function parseFile({ bytes, path }: HclFile): {
  readonly result: NativeBody;
  readonly diagnostics: readonly Diagnostic[];
} {
  return parseNative(bytes, path);
}
