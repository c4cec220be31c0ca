import { STRING } from "../values/type.ts";
import { stringValue } from "../values/value.ts";
import { text } from "./arguments.ts";
import { collectionFunctions } from "./collections.ts";
import { controlFunctions } from "./control.ts";
import { digestFunctions } from "./digests.ts";
import { encodingFunctions } from "./encodings.ts";
import { fileFunctions } from "./files.ts";
import { formatFunctions } from "./format.ts";
import type { FunctionSpec, FunctionTable } from "./function.ts";
import type { FunctionHost } from "./host.ts";
import { networkFunctions } from "./network.ts";
import { numberFunctions } from "./numbers.ts";
import { regexFunctions } from "./regex.ts";
import { secretFunctions } from "./secrets.ts";
import { sequenceFunctions } from "./sequences.ts";
import { setFunctions } from "./sets.ts";
import { stringFunctions } from "./strings.ts";
import { Answers } from "./suspension.ts";
import { textCodingFunctions } from "./text-coding.ts";
import { calendarFunctions, clockFunctions } from "./time.ts";
import { yamlFunctions } from "./yaml.ts";

/**
 * The 103 functions of Packer 1.16. Those that need the outside world ask `host`; where it answers with a promise, the
 * evaluation is suspended, so evaluate through `settle`.
 */
export function packerFunctions(host: FunctionHost): FunctionTable {
  const answers = new Answers();
  const all = new Map<string, FunctionSpec>();
  const table: FunctionTable = { get: (name) => all.get(name), names: () => all.keys() };
  const groups = [
    stringFunctions,
    numberFunctions,
    collectionFunctions,
    sequenceFunctions,
    setFunctions,
    controlFunctions,
    formatFunctions,
    encodingFunctions,
    networkFunctions,
    regexFunctions,
    calendarFunctions,
    textCodingFunctions,
    yamlFunctions,
    clockFunctions(host),
    digestFunctions(host),
    fileFunctions(host, answers, () => table),
    secretFunctions(host, answers),
  ];
  for (const group of groups) for (const [name, spec] of Object.entries(group)) all.set(name, spec);
  return table;
}

/** What the default of a variable may call: `env` and nothing else. */
export function variableDefaultFunctions(host: Pick<FunctionHost, "environment">): FunctionTable {
  const env: FunctionSpec = {
    parameters: [text("key")],
    returns: STRING,
    call: ([key]) => stringValue(host.environment(key?.text ?? "") ?? ""),
  };
  return { get: (name) => (name === "env" ? env : undefined), names: () => ["env"] };
}
