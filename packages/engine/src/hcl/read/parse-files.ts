import { type Body, type FileBody, readJsonFile, readNativeFile } from "@kiln/hcl";
import { append, type Diagnostic } from "@kiln/sdk";
import type { HclFile } from "../hcl-template.ts";

/** Parses every file; all their mistakes at once. */
export function parseFiles(files: readonly HclFile[], found: Diagnostic[]): readonly Body[] {
  return files.map((file) => {
    const { body, diagnostics } = parseFile(file);
    append(found, diagnostics);
    return body;
  });
}

/** The body of one file, native or JSON. */
export function parseFile({ bytes, path, syntax }: HclFile): FileBody {
  return syntax === "json" ? readJsonFile(bytes, path) : readNativeFile(bytes, path);
}
