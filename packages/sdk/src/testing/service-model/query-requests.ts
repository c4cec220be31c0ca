import {
  isEc2,
  type ModelReference,
  type ModelShape,
  type ModelVerdict,
  operationOf,
  requestName,
  type ServiceModel,
  shapeOf,
} from "./model.ts";
import { checkRequired, readScalar } from "./scalars.ts";

interface Node {
  text: string | undefined;
  readonly children: Map<string, Node>;
}

function grow(params: Iterable<readonly [string, string]>, problems: string[]): Node {
  const root: Node = { text: undefined, children: new Map() };
  for (const [key, value] of params) {
    let node = root;
    for (const part of key.split(".")) {
      let next = node.children.get(part);
      if (!next) node.children.set(part, (next = { text: undefined, children: new Map() }));
      node = next;
    }
    if (node.text !== undefined) problems.push(`${key}: given twice`);
    node.text = value;
  }
  return root;
}

/**
 * Checks the parameters of a Query protocol request (`Action`, `Version` and the flattened members) against the model.
 * `value` is the input with the model's member names.
 */
export function checkQueryRequest(model: ServiceModel, params: Iterable<readonly [string, string]>): ModelVerdict {
  const problems: string[] = [];
  const root = grow(params, problems);
  const action = root.children.get("Action")?.text ?? "";
  const version = root.children.get("Version")?.text;
  if (version !== model.metadata.apiVersion) problems.push(`Version is ${version}, not ${model.metadata.apiVersion}`);
  root.children.delete("Action");
  root.children.delete("Version");
  if (!model.operations[action])
    return { problems: [...problems, `the model has no operation "${action}"`], value: {} };
  const input = operationOf(model, action).input;
  const shape: ModelShape = input ? shapeOf(model, input.shape) : { type: "structure", members: {} };
  return { value: readStructure(model, shape, root, action, problems), problems };
}

function readNode(
  model: ServiceModel,
  reference: ModelReference,
  node: Node,
  path: string,
  problems: string[],
): unknown {
  const shape = shapeOf(model, reference.shape);
  if (shape.type === "structure") return readStructure(model, shape, node, path, problems);
  if (shape.type === "list") return readList(model, shape, node, path, problems);
  if (shape.type === "map") {
    problems.push(`${path}: maps are not checked`);
    return undefined;
  }
  if (node.children.size > 0) problems.push(`${path}: members below a ${shape.type}`);
  return readScalar(shape, node.text ?? "", path, problems);
}

function readStructure(
  model: ServiceModel,
  shape: ModelShape,
  node: Node,
  path: string,
  problems: string[],
): Record<string, unknown> {
  if (node.text !== undefined && node.text !== "") problems.push(`${path}: a text where the model has a structure`);
  const names = new Map(
    Object.entries(shape.members ?? {}).map(([member, r]) => [requestName(model, member, r), [member, r] as const]),
  );
  const value: Record<string, unknown> = {};
  for (const [name, child] of node.children) {
    const known = names.get(name);
    if (known) value[known[0]] = readNode(model, known[1], child, `${path}.${name}`, problems);
    else problems.push(`${path}: unknown member ${name}`);
  }
  checkRequired(shape, value, path, problems);
  return value;
}

function readList(model: ServiceModel, shape: ModelShape, node: Node, path: string, problems: string[]): unknown[] {
  const reference = shape.member as ModelReference;
  const element = isEc2(model) || shape.flattened ? undefined : (reference.locationName ?? "member");
  const holder = element === undefined ? node : node.children.get(element);
  // An empty list travels as an empty parameter in the query protocol.
  if (!holder || (holder.children.size === 0 && holder.text === "")) return [];
  const extra = element === undefined ? [] : [...node.children.keys()].filter((key) => key !== element);
  if (extra.length > 0) problems.push(`${path}: unknown member ${extra.join(", ")}`);
  const indices = [...holder.children.keys()];
  indices.forEach((index, i) => {
    if (index !== String(i + 1)) problems.push(`${path}: element ${i + 1} is numbered ${index}`);
  });
  return indices.map((index) =>
    readNode(model, reference, holder.children.get(index) as Node, `${path}.${index}`, problems),
  );
}

/** Writes an input with the model's member names as Query parameters, as a client would. */
export function queryParameters(
  model: ServiceModel,
  action: string,
  input: Readonly<Record<string, unknown>>,
): [string, string][] {
  const params: [string, string][] = [
    ["Action", action],
    ["Version", model.metadata.apiVersion],
  ];
  const reference = operationOf(model, action).input;
  if (reference) writeValue(model, reference, input, "", params);
  return params;
}

function writeValue(
  model: ServiceModel,
  reference: ModelReference,
  value: unknown,
  prefix: string,
  params: [string, string][],
): void {
  const shape = shapeOf(model, reference.shape);
  if (shape.type === "structure") {
    for (const [member, inner] of Object.entries(value as Record<string, unknown>)) {
      if (inner === undefined) continue;
      const known = shape.members?.[member];
      if (!known) throw new Error(`${reference.shape} has no member ${member}`);
      const name = requestName(model, member, known);
      writeValue(model, known, inner, prefix === "" ? name : `${prefix}.${name}`, params);
    }
  } else if (shape.type === "list") {
    const element = shape.member as ModelReference;
    const base = isEc2(model) || shape.flattened ? prefix : `${prefix}.${element.locationName ?? "member"}`;
    (value as readonly unknown[]).forEach((inner, i) => writeValue(model, element, inner, `${base}.${i + 1}`, params));
  } else params.push([prefix, String(value)]);
}
