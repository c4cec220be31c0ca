import { createHmac } from "node:crypto";
import { codeOf, type Host, isJsonObject, messageOf, type StepInputs, type Unrepeatable } from "@kiln/sdk";
import { canonical } from "./canonical.ts";
import { fileState, UnhashableError } from "./file-state.ts";

/** Salted digests by what a person calls the thing: `option inline`, `script setup.sh`, `environment HOME`. */
export type Parts = Readonly<Record<string, string>>;

export type Digested = { readonly parts: Parts } | Unrepeatable;

/** A digest that tells nothing about the value to somebody without the salt. */
export function salted(salt: Uint8Array, value: unknown): string {
  return createHmac("sha256", salt).update(canonical(value)).digest("hex");
}

/** Inputs, part by part, so that a later build can say which of them changed. */
export async function digestInputs(
  inputs: StepInputs,
  host: Host,
  salt: Uint8Array,
  signal: AbortSignal,
): Promise<Digested> {
  const parts: Record<string, string> = {};
  const put = (label: string, value: unknown): void => {
    parts[label] = salted(salt, [label, value]);
  };
  for (const [label, value] of Object.entries(inputs.facts ?? {})) put(label, value);
  for (const [name, value] of Object.entries(membersOf(inputs.config))) {
    if (value !== undefined) put(`option ${name}`, value);
  }
  for (const name of inputs.environment ?? []) put(`environment ${name}`, host.env[name] ?? null);
  try {
    for (const path of inputs.files) put(`${inputs.fileNoun ?? "file"} ${path}`, await fileState(host, path, signal));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof UnhashableError) return { never: error.message };
    if (codeOf(error) !== undefined) return { never: `reads a file that cannot be read: ${messageOf(error)}` };
    throw error;
  }
  return { parts };
}

function membersOf(config: unknown): Readonly<Record<string, unknown>> {
  return isJsonObject(config) ? config : { value: config };
}
