import { jsonObjectIn, StepError } from "@kiln/sdk";

/** The member of a JSON secret, the first where none is named; the text itself where it is no JSON object. */
export function secretValue(text: string, key: string | undefined): string {
  const members = jsonObjectIn(text);
  if (!members) return text;
  const name = key || Object.keys(members)[0];
  if (name === undefined) return "";
  if (!Object.hasOwn(members, name))
    throw new StepError(`No secret found for key ${JSON.stringify(name)}`, { code: "amazon/secret" });
  const value = members[name];
  return typeof value === "number" ? value.toFixed(0) : typeof value === "string" ? value : JSON.stringify(value);
}
