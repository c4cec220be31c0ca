import type { ServiceModel } from "@kiln/sdk/testing";

type Reference = { readonly shape: string; readonly locationName?: string; readonly flattened?: boolean };

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** An output, with the model's member names, as the XML that the service sends. Throws on members that the model lacks. */
export function xmlAnswer(model: ServiceModel, action: string, output: Readonly<Record<string, unknown>>): string {
  const operation = model.operations[action];
  if (!operation) throw new Error(`no operation ${action}`);
  const inner = operation.output ? structure(model, operation.output, output) : "<return>true</return>";
  const ec2 = model.metadata.protocol === "ec2";
  const wrapper = operation.output?.resultWrapper;
  const body = ec2
    ? `<requestId>r-1</requestId>${inner}`
    : `${wrapper ? `<${wrapper}>${inner}</${wrapper}>` : ""}<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>`;
  return `<${action}Response xmlns="${model.metadata.xmlNamespace}">${body}</${action}Response>`;
}

function structure(model: ServiceModel, reference: Reference, value: Readonly<Record<string, unknown>>): string {
  const shape = model.shapes[reference.shape];
  return Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .map(([member, inner]) => {
      const known = shape?.members?.[member];
      if (!known) throw new Error(`${reference.shape} has no member ${member}`);
      return element(model, known.locationName ?? member, known, inner);
    })
    .join("");
}

function element(model: ServiceModel, name: string, reference: Reference, value: unknown): string {
  const shape = model.shapes[reference.shape];
  if (shape?.type === "structure") {
    return `<${name}>${structure(model, reference, value as Record<string, unknown>)}</${name}>`;
  }
  if (shape?.type === "list" && shape.member) {
    const { member } = shape;
    const items = (value as readonly unknown[]).map((item) =>
      element(model, member.locationName ?? "member", member, item),
    );
    return `<${name}>${items.join("")}</${name}>`;
  }
  return `<${name}>${escape(String(value))}</${name}>`;
}

/** An error as the service sends it. */
export function xmlError(model: ServiceModel, code: string, message: string): string {
  const said = `<Code>${escape(code)}</Code><Message>${escape(message)}</Message>`;
  return model.metadata.protocol === "ec2"
    ? `<Response><Errors><Error>${said}</Error></Errors><RequestID>r-1</RequestID></Response>`
    : `<ErrorResponse><Error><Type>Sender</Type>${said}</Error><RequestId>r-1</RequestId></ErrorResponse>`;
}
