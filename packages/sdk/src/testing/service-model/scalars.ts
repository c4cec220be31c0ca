import type { ModelShape } from "./model.ts";

/** Reads one scalar in its wire form; says under `path` what the shape does not allow. */
export function readScalar(shape: ModelShape, text: string, path: string, problems: string[]): unknown {
  switch (shape.type) {
    case "string":
      return readString(shape, text, path, problems);
    case "boolean":
      if (text !== "true" && text !== "false") problems.push(`${path}: "${text}" is not a boolean`);
      return text === "true";
    case "integer":
    case "long":
      if (!/^-?\d+$/.test(text)) problems.push(`${path}: "${text}" is not a whole number`);
      return readNumber(shape, Number(text), path, problems);
    case "float":
    case "double":
      if (text === "" || !Number.isFinite(Number(text))) problems.push(`${path}: "${text}" is not a number`);
      return readNumber(shape, Number(text), path, problems);
    case "timestamp":
      if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text)) problems.push(`${path}: "${text}" is not a time`);
      return text;
    case "blob":
      if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text)) problems.push(`${path}: not base64`);
      return text;
    default:
      problems.push(`${path}: a text where the model has a ${shape.type}`);
      return text;
  }
}

/** The words of an enumeration, the first dozen of a long one. */
function some(words: readonly string[]): string {
  return words.length > 12 ? `${words.slice(0, 12).join(", ")}, …` : words.join(", ");
}

function readString(shape: ModelShape, text: string, path: string, problems: string[]): string {
  if (shape.enum && !shape.enum.includes(text)) problems.push(`${path}: "${text}" is none of ${some(shape.enum)}`);
  const length = Array.from(text).length;
  if (shape.min !== undefined && length < shape.min) problems.push(`${path}: shorter than ${shape.min}`);
  if (shape.max !== undefined && length > shape.max) problems.push(`${path}: longer than ${shape.max}`);
  return text;
}

function readNumber(shape: ModelShape, value: number, path: string, problems: string[]): number {
  if (shape.min !== undefined && value < shape.min) problems.push(`${path}: ${value} is less than ${shape.min}`);
  if (shape.max !== undefined && value > shape.max) problems.push(`${path}: ${value} is more than ${shape.max}`);
  return value;
}

/** Says which required members of a structure are absent. */
export function checkRequired(
  shape: ModelShape,
  present: Readonly<Record<string, unknown>>,
  path: string,
  problems: string[],
): void {
  for (const name of shape.required ?? []) {
    if (present[name] === undefined) problems.push(`${path}: the required member ${name} is missing`);
  }
}
