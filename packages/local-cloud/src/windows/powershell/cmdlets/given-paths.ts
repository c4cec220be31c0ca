import { leafOf, wildcard } from "../../system/windows-path.ts";
import type { TerminatingError } from "../values/errors.ts";
import { type Call, takes } from "./cmdlet.ts";

/** The parameters that name what a cmdlet works on. */
export const paths = [takes("Path", 0, "both", "FullName"), takes("LiteralPath", undefined, "name", "PSPath")];
/** What is named, if anything. */
export function named(call: Call): readonly string[] {
  return [...call.texts("Path"), ...call.texts("LiteralPath")];
}
/** What is named, where something must be: an empty name is none, or it would mean the current directory. */
export function given(call: Call): readonly string[] {
  for (const name of ["Path", "LiteralPath"]) {
    const values = call.list(name);
    if (call.value(name) === null || values.includes(null)) throw notBound(call, "NullNotAllowed", name, "null");
    if (values.includes("")) throw notBound(call, "EmptyStringNotAllowed", name, "an empty string");
  }
  if (named(call).length === 0) call.required("Path");
  return named(call);
}
function notBound(call: Call, id: string, name: string, what: string): TerminatingError {
  return call.failure(
    `ParameterArgumentValidationError${id}`,
    `Cannot bind argument to parameter '${name}' because it is ${what}.`,
    "InvalidData",
    undefined,
    "System.Management.Automation.ParameterBindingValidationException",
  );
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
