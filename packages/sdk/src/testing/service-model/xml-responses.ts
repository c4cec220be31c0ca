import {
  isEc2,
  type ModelReference,
  type ModelShape,
  type ModelVerdict,
  operationOf,
  type ServiceModel,
  shapeOf,
} from "./model.ts";
import { checkRequired, readScalar } from "./scalars.ts";
import { childNamed, parseXml, type XmlElement } from "./xml.ts";

/** Checks a successful XML answer (EC2 and Query protocols) against the model; `value` has the model's member names. */
export function checkXmlResponse(model: ServiceModel, action: string, xml: string): ModelVerdict {
  const problems: string[] = [];
  const root = parseXml(xml);
  if (root.name !== `${action}Response`) problems.push(`the root element is <${root.name}>, not <${action}Response>`);
  const namespace = model.metadata.xmlNamespace;
  if (namespace !== undefined && !xml.includes(`xmlns="${namespace.replace(/\/$/, "")}`)) {
    problems.push(`the namespace ${namespace} is missing`);
  }
  const output = operationOf(model, action).output;
  const body = isEc2(model) ? ec2Body(root, problems) : queryBody(root, output?.resultWrapper, problems);
  const shape: ModelShape = output ? shapeOf(model, output.shape) : { type: "structure", members: {} };
  return { value: readStructure(model, shape, body, action, problems), problems };
}

function ec2Body(root: XmlElement, problems: string[]): XmlElement {
  const ids = root.children.filter((child) => child.name === "requestId");
  if (ids.length !== 1 || ids[0]?.text === "") problems.push("an answer has one <requestId>");
  const children = root.children.filter((child) => child.name !== "requestId");
  // Operations without output answer <return>true</return>; with output, `return` is a member like others.
  return { ...root, children };
}

function queryBody(root: XmlElement, wrapper: string | undefined, problems: string[]): XmlElement {
  const metadata = childNamed(root, "ResponseMetadata");
  if (!metadata || !childNamed(metadata, "RequestId")?.text) problems.push("ResponseMetadata/RequestId is missing");
  if (wrapper === undefined) return { ...root, children: root.children.filter((child) => child !== metadata) };
  const result = childNamed(root, wrapper);
  if (!result) problems.push(`<${wrapper}> is missing`);
  return result ?? { name: wrapper, children: [], text: "" };
}

function readElement(
  model: ServiceModel,
  reference: ModelReference,
  element: XmlElement,
  path: string,
  problems: string[],
): unknown {
  const shape = shapeOf(model, reference.shape);
  if (shape.type === "structure") return readStructure(model, shape, element, path, problems);
  if (shape.type === "list") {
    if (element.text.trim() !== "") problems.push(`${path}: text in a list`);
    const inner = shape.member as ModelReference;
    const name = inner.locationName ?? "member";
    return element.children.map((child, i) => {
      if (child.name !== name) problems.push(`${path}: the element <${child.name}> should be <${name}>`);
      return readElement(model, inner, child, `${path}[${i}]`, problems);
    });
  }
  if (element.children.length > 0) problems.push(`${path}: elements below a ${shape.type}`);
  return readScalar(shape, element.text, path, problems);
}

function readStructure(
  model: ServiceModel,
  shape: ModelShape,
  element: XmlElement,
  path: string,
  problems: string[],
): Record<string, unknown> {
  const members = Object.entries(shape.members ?? {});
  const names = new Map(members.map(([member, r]) => [r.locationName ?? member, [member, r] as const]));
  const value: Record<string, unknown> = {};
  for (const child of element.children) {
    const known = names.get(child.name);
    if (!known) {
      if (members.length === 0 && child.name === "return") continue;
      problems.push(`${path}: unknown element <${child.name}>`);
      continue;
    }
    if (value[known[0]] !== undefined) problems.push(`${path}: <${child.name}> twice`);
    value[known[0]] = readElement(model, known[1], child, `${path}.${known[0]}`, problems);
  }
  checkRequired(shape, value, path, problems);
  return value;
}
