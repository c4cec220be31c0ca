import { type Attribute, type Block, type NativeBody, rangeOf, type Span } from "@kiln/hcl";
import { type Diagnostic, nearestName, problem, type SourceRange } from "@kiln/sdk";

/** What a body may hold. */
export interface BodySchema {
  readonly attributes: Iterable<string>;
  /** Block types with the names of their labels. */
  readonly blocks: ReadonlyMap<string, readonly string[]>;
}
/** The parts of one or several bodies that a schema knows. */
export interface Content {
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly blocks: readonly Block[];
}

/**
 * What the schema knows of a body, the rest reported in HCL's words. `known` are further names that are somebody else's business;
 * `suggest` are names that a mistyped one may have meant.
 */
export function contentOf(
  body: NativeBody,
  schema: BodySchema,
  found: Diagnostic[],
  known: ReadonlySet<string> = new Set(),
): Content {
  const wanted = new Set(schema.attributes);
  const attributes = new Map<string, Attribute>();
  for (const [name, attribute] of body.attributes) {
    if (wanted.has(name)) attributes.set(name, attribute);
    else if (!known.has(name)) found.push(unsupportedArgument(attribute, wanted, schema));
  }
  const blocks: Block[] = [];
  for (const block of body.blocks) {
    const labels = schema.blocks.get(block.type);
    if (!labels) {
      if (!known.has(block.type)) found.push(unsupportedBlock(block, wanted, schema));
    } else if (rightLabels(block, labels, found)) blocks.push(block);
  }
  return { attributes, blocks };
}

/** All attributes of a body that may hold nothing else. */
export function attributesOf(body: NativeBody, found: Diagnostic[]): ReadonlyMap<string, Attribute> {
  for (const block of body.blocks)
    found.push(
      problem("hcl/unexpected-block", `Unexpected "${block.type}" block`, {
        detail: "Blocks are not allowed here.",
        subject: rangeOf(block.typeSpan),
      }),
    );
  return body.attributes;
}

function unsupportedArgument(attribute: Attribute, wanted: ReadonlySet<string>, schema: BodySchema): Diagnostic {
  const { name, nameSpan } = attribute;
  const subject = rangeOf(nameSpan);
  if (schema.blocks.has(name))
    return problem("config/unknown-argument", "Unsupported argument", {
      detail: `An argument named "${name}" is not expected here. Did you mean to define a block of type "${name}"?`,
      subject,
    });
  const near = nearestName(name, [...wanted, ...schema.blocks.keys()]);
  const hint =
    near === undefined
      ? ""
      : schema.blocks.has(near)
        ? ` Did you mean to define a block of type "${near}"?`
        : ` Did you mean "${near}"?`;
  return problem("config/unknown-argument", "Unsupported argument", {
    detail: `An argument named "${name}" is not expected here.${hint}`,
    subject,
    suggestion: near === undefined ? undefined : { replace: subject, with: near },
  });
}

function unsupportedBlock(block: Block, wanted: ReadonlySet<string>, schema: BodySchema): Diagnostic {
  const { type, typeSpan } = block;
  const subject = rangeOf(typeSpan);
  const expected = `Blocks of type "${type}" are not expected here.`;
  if (wanted.has(type))
    return problem("config/unknown-block", "Unsupported block type", {
      detail: `${expected} Did you mean to define argument "${type}"? If so, use the equals sign to assign it a value.`,
      subject,
    });
  const near = nearestName(type, [...schema.blocks.keys(), ...wanted]);
  return problem("config/unknown-block", "Unsupported block type", {
    detail: near === undefined ? expected : `${expected} Did you mean "${near}"?`,
    subject,
    suggestion: near === undefined ? undefined : { replace: subject, with: near },
  });
}

function rightLabels(block: Block, labels: readonly string[], found: Diagnostic[]): boolean {
  const { type, labelSpans, typeSpan, openBrace } = block;
  if (labelSpans.length === labels.length) return true;
  const report = (summary: string, detail: string, subject: Span): void => {
    const context: SourceRange = { ...rangeOf(typeSpan), end: rangeOf(openBrace).end };
    found.push(problem("config/wrong-labels", summary, { detail, subject: rangeOf(subject), context }));
  };
  const extra = labelSpans[labels.length];
  if (extra) {
    const detail =
      labels.length === 0
        ? `No labels are expected for ${type} blocks.`
        : `Only ${labels.length} labels (${labels.join(", ")}) are expected for ${type} blocks.`;
    report(`Extraneous label for ${type}`, detail, extra);
  } else {
    const missing = labels[labelSpans.length] ?? "";
    report(
      `Missing ${missing} for ${type}`,
      `All ${type} blocks must have ${labels.length} labels (${labels.join(", ")}).`,
      openBrace,
    );
  }
  return false;
}
