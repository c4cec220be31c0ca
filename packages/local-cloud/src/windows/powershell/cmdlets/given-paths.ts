import { leafOf, wildcard } from "../../system/windows-path.ts";
import { type Call, takes } from "./cmdlet.ts";

/** The parameters that name what a cmdlet works on. */
export const paths = [takes("Path", 0, "both", "FullName"), takes("LiteralPath", undefined, "name", "PSPath")];
export function given(call: Call): readonly string[] {
  return [...call.texts("Path"), ...call.texts("LiteralPath")];
}
/** Whether the names are no patterns. */
export const isLiteral = (call: Call): boolean => call.has("LiteralPath") && call.texts("Path").length === 0;

/** Those that -Include, -Exclude and -Filter leave. */
export function filtered(call: Call, files: readonly string[]): readonly string[] {
  const [include, exclude] = [call.texts("Include"), call.texts("Exclude")];
  const filter = call.has("Filter") ? call.text("Filter") : undefined;
  return files.filter(
    (file) =>
      (include.length === 0 || include.some((one) => wildcard(one).test(leafOf(file)))) &&
      !exclude.some((one) => wildcard(one).test(leafOf(file))) &&
      (filter === undefined || wildcard(filter, false).test(leafOf(file))),
  );
}
