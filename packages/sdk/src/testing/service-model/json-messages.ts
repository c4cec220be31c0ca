import {
  type ModelReference,
  type ModelShape,
  type ModelVerdict,
  operationOf,
  type ServiceModel,
  shapeOf,
} from "./model.ts";
import { checkRequired, readScalar } from "./scalars.ts";

/** Checks a request or answer of the JSON protocol (SSM, Secrets Manager) against the model. */
export function checkJsonMessage(
  model: ServiceModel,
  action: string,
  direction: "input" | "output",
  message: unknown,
): ModelVerdict {
  if (!model.operations[action]) return { problems: [`the model has no operation "${action}"`], value: {} };
  const problems: string[] = [];
  const reference = operationOf(model, action)[direction];
  const shape: ModelShape = reference ? shapeOf(model, reference.shape) : { type: "structure", members: {} };
  checkStructure(model, shape, message, action, problems);
  return { problems, value: message as Record<string, unknown> };
}

function checkValue(
  model: ServiceModel,
  reference: ModelReference,
  value: unknown,
  path: string,
  problems: string[],
): void {
  const shape = shapeOf(model, reference.shape);
  switch (shape.type) {
    case "structure":
      return checkStructure(model, shape, value, path, problems);
    case "list":
      if (!Array.isArray(value)) return void problems.push(`${path}: not a list`);
      return value.forEach((v, i) => checkValue(model, shape.member as ModelReference, v, `${path}[${i}]`, problems));
    case "map":
      if (typeof value !== "object" || value === null) return void problems.push(`${path}: not a map`);
      for (const [key, inner] of Object.entries(value)) {
        checkValue(model, shape.key as ModelReference, key, `${path} key`, problems);
        checkValue(model, shape.value as ModelReference, inner, `${path}.${key}`, problems);
      }
      return;
    case "timestamp":
      if (typeof value !== "number") problems.push(`${path}: a time is a number of seconds`);
      return;
    case "boolean":
    case "integer":
    case "long":
    case "float":
    case "double": {
      const wanted = shape.type === "boolean" ? "boolean" : "number";
      if (typeof value !== wanted) problems.push(`${path}: not a ${wanted}`);
      else readScalar(shape, String(value), path, problems);
      return;
    }
    default:
      if (typeof value !== "string") problems.push(`${path}: not a text`);
      else readScalar(shape, value, path, problems);
  }
}

function checkStructure(
  model: ServiceModel,
  shape: ModelShape,
  value: unknown,
  path: string,
  problems: string[],
): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    problems.push(`${path}: not an object`);
    return;
  }
  const given = value as Record<string, unknown>;
  for (const [name, inner] of Object.entries(given)) {
    const member = shape.members?.[name];
    if (!member) problems.push(`${path}: unknown member ${name}`);
    else checkValue(model, member, inner, `${path}.${name}`, problems);
  }
  checkRequired(shape, given, path, problems);
}
