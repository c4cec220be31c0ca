import {
  type AttributeContent,
  applyDefaults,
  type BlockContent,
  BOOL,
  checkDefaults,
  convert,
  DYNAMIC,
  type Expression,
  Fault,
  parseExpressionText,
  rangeOf,
  readTypeConstraint,
  type Scope,
  STRING,
  type Type,
  type TypeDefaults,
  type Value,
} from "@kiln/hcl";
import { type Diagnostic, problem } from "@kiln/sdk";
import { contentOf } from "../body/content.ts";
import { literalIn, valueIn } from "../evaluation.ts";
import type { HclVariable, Validation } from "../hcl-template.ts";
import { identifierRule, isIdentifier, validationSchema, variableSchema } from "../read/root-schema.ts";
import { attributeOf, referencesIn } from "../references.ts";

/** Reads declarations of variables. `defaults` is the scope of default values: the function `env` and nothing else. */
export class VariableReader {
  readonly variables = new Map<string, HclVariable>();
  private readonly defaults: Scope;
  private readonly found: Diagnostic[];

  constructor(defaults: Scope, found: Diagnostic[]) {
    this.defaults = defaults;
    this.found = found;
  }

  /** `variable "name" { … }` */
  block(block: BlockContent): void {
    const [name = ""] = block.labels;
    const nameSpan = block.labelSpans[0] ?? block.typeSpan;
    if (!this.isFree(name, nameSpan)) return;
    const { attributes, blocks } = contentOf(block.body, variableSchema, this.found);
    const constraint = this.type(attributes.get("type"));
    const given = attributes.get("default");
    const fallback = this.fallback(given, constraint);
    const description = this.text(attributes.get("description"));
    const sensitive = this.flag(attributes.get("sensitive"));
    this.variables.set(name, {
      name,
      type: constraint?.type ?? typeOfDefault(fallback),
      typed: constraint !== undefined,
      defaults: constraint?.defaults,
      ...(fallback && { fallback }),
      ...(given && { fallbackSpan: given.expression }),
      ...(description !== undefined && { description }),
      sensitive,
      validations: blocks.flatMap((validation) => this.validation(name, validation)),
      nameSpan,
      span: block.span,
    });
  }

  /** A member of `variables`. */
  member(attribute: AttributeContent): void {
    const { name, nameSpan, expression } = attribute;
    if (!this.isFree(name, nameSpan)) return;
    const fallback = valueIn(expression, this.defaults, this.found);
    const type = typeOfDefault(fallback);
    this.variables.set(name, {
      name,
      type,
      typed: false,
      defaults: undefined,
      ...(fallback && { fallback }),
      fallbackSpan: expression,
      sensitive: false,
      validations: [],
      nameSpan,
      span: attribute,
    });
  }

  private isFree(name: string, span: HclVariable["nameSpan"]): boolean {
    if (!isIdentifier(name)) {
      this.found.push(
        problem("variables/bad-name", "Invalid variable name", { detail: identifierRule, subject: rangeOf(span) }),
      );
      return false;
    }
    const earlier = this.variables.get(name);
    if (!earlier) return true;
    const { file, start } = rangeOf(earlier.nameSpan);
    this.found.push(
      problem("variables/duplicate", "Duplicate variable", {
        detail: `Duplicate ${name} variable definition found: it is declared at ${file}:${start.line} too.`,
        subject: rangeOf(span),
      }),
    );
    return false;
  }

  private type(
    attribute: AttributeContent | undefined,
  ): { readonly type: Type; readonly defaults: TypeDefaults | undefined } | undefined {
    if (!attribute) return undefined;
    const { type, defaults, diagnostics } = readTypeConstraint(writtenType(attribute.expression), true);
    this.found.push(
      ...diagnostics.map((d) =>
        quotedType(attribute.expression) ? { ...d, detail: quotedHint(attribute.expression) } : d,
      ),
    );
    if (defaults) this.found.push(...checkDefaults(defaults));
    return { type, defaults };
  }

  private fallback(
    attribute: AttributeContent | undefined,
    constraint: { readonly type: Type; readonly defaults: TypeDefaults | undefined } | undefined,
  ): Value | undefined {
    if (!attribute) return undefined;
    const value = valueIn(attribute.expression, this.defaults, this.found);
    if (!value || !constraint) return value;
    const made = convert(constraint.defaults ? applyDefaults(value, constraint.defaults) : value, constraint.type);
    if (!(made instanceof Fault)) return made;
    this.found.push(
      problem("variables/bad-default", "Invalid default value for variable", {
        detail: `This default value is not compatible with the variable's type constraint: ${made.message}.`,
        subject: rangeOf(attribute.expression),
      }),
    );
    return undefined;
  }

  private text(attribute: AttributeContent | undefined): string | undefined {
    const value = attribute && literalIn(attribute, STRING, this.found);
    return value?.text;
  }

  private flag(attribute: AttributeContent | undefined): boolean {
    const value = attribute && literalIn(attribute, BOOL, this.found);
    return value?.raw === true;
  }

  private validation(name: string, block: BlockContent): readonly Validation[] {
    const { attributes } = contentOf(block.body, validationSchema, this.found);
    const condition = attributes.get("condition")?.expression;
    const message = this.text(attributes.get("error_message"));
    const subject = rangeOf(block.span);
    for (const needed of ["condition", "error_message"])
      if (!attributes.has(needed)) {
        const detail = `The argument "${needed}" is required, but no definition was found.`;
        this.found.push(problem("variables/bad-validation", "Missing required argument", { detail, subject }));
      }
    if (message !== undefined && (!/^[^\p{Ll}]/u.test(message) || !/[.?!]$/.test(message))) {
      const at = attributes.get("error_message");
      this.found.push(
        problem("variables/bad-validation", "Invalid validation error message", {
          detail:
            "The validation error message must be at least one full sentence: it starts with an uppercase letter and ends with a period or question mark.",
          subject: at && rangeOf(at.expression),
        }),
      );
    }
    if (!condition || message === undefined) return [];
    // A rule about something else is not run: what it refers to is not in its scope.
    return this.ownNameOnly(name, condition) ? [{ condition, message, span: block.span }] : [];
  }

  private ownNameOnly(name: string, condition: Expression): boolean {
    const uses = referencesIn(condition);
    const foreign = uses.find((r) => r.root !== "var" || attributeOf(r, 0) !== name);
    const detail = `The condition for variable "${name}" can only refer to the variable itself, using var.${name}.`;
    const summary = "Invalid reference in variable validation";
    if (foreign) this.found.push(problem("variables/bad-validation", summary, { detail, subject: rangeOf(foreign) }));
    else if (uses.length === 0)
      this.found.push(
        problem("variables/bad-validation", "Invalid variable validation condition", {
          detail: `The condition for variable "${name}" must refer to var.${name} in order to test incoming values.`,
          subject: rangeOf(condition),
        }),
      );
    return !foreign && uses.length > 0;
  }
}

/** A variable without a type has that of its default, unless that is empty or null. */
function typeOfDefault(fallback: Value | undefined): Type {
  if (!fallback || fallback.isNull || !fallback.isKnown) return DYNAMIC;
  const { type } = fallback;
  if (type.kind === "object" && type.attributes.size === 0) return DYNAMIC;
  return type.kind === "tuple" && type.elements.length === 0 ? DYNAMIC : type;
}

/** In JSON syntax the expression of a type is the text of a string. */
function writtenType(expression: Expression): Expression {
  if (expression.kind !== "json" || expression.node.type !== "string") return expression;
  const { file, start } = rangeOf(expression.node);
  const inside = { line: start.line, column: start.column + 1, byte: start.byte + 1 };
  const { result, diagnostics } = parseExpressionText(expression.node.text, file, inside);
  return diagnostics.length > 0 ? expression : result;
}

function quotedType(expression: Expression): boolean {
  return expression.kind === "template";
}

function quotedHint(expression: Expression): string {
  const word = expression.source.text.slice(expression.start, expression.end).replaceAll('"', "");
  return `A type is written without quotes: type = ${word}.`;
}
