import { type Checked, type Diagnostic, verdict } from "@kiln/sdk";
import { didYouMean, duplicateFields, keySpan, problemAt } from "./diagnose.ts";
import { JsonBody } from "./json-body.ts";
import type { JsonComponent } from "./json-component.ts";
import type { JsonParts, JsonTemplate, RawVariable } from "./json-template.ts";
import type { JsonNode, Member, ObjectNode } from "./node.ts";
import { parseJson } from "./parse-json.ts";
import { type ReadComponent, readBuilder, readPostProcessor, readProvisioner } from "./read-component.ts";
import { readSource } from "./read-source.ts";
import type { SourceText } from "./source-text.ts";
import { notAList, notAMap, unconvertible } from "./weak.ts";

const rootKeys = [
  "builders",
  "comments",
  "description",
  "error-cleanup-provisioner",
  "min_packer_version",
  "post-processors",
  "provisioners",
  "push",
  "sensitive-variables",
  "variables",
] as const;
type RootKey = (typeof rootKeys)[number];

/**
 * Reads a legacy JSON template: JSON itself, root members, the shape of variables and of every component's element. Nothing is rendered
 * and no component is asked. All mistakes at once, each in Packer's words and with its place.
 *
 * @param file the path as the user typed it, or `<stdin>`; used in ranges.
 */
export function parseJsonTemplate(text: string | Uint8Array, file: string): Checked<JsonTemplate> {
  const { source, warnings } = readSource(text, file);
  const parsed = parseJson(source);
  if (!parsed.ok)
    return { ok: false, diagnostics: parsed.diagnostics.map((d) => ({ ...d, summary: `${failed}: ${d.summary}` })) };
  const duplicates = duplicateFields(source, parsed.value);
  if (duplicates.length > 0) return { ok: false, diagnostics: duplicates.map((d) => ({ ...d, group: failed })) };
  const read = new TemplateReader(source, [...warnings]).read(parsed.value);
  return read.ok ? read : { ok: false, diagnostics: read.diagnostics.map((d) => ({ ...d, group: failed })) };
}

/** How Packer introduces whatever is wrong with a template that it could not read. */
const failed = "Failed to parse template";

class TemplateReader {
  private readonly source: SourceText;
  private readonly found: Diagnostic[];

  constructor(source: SourceText, found: Diagnostic[]) {
    this.source = source;
    this.found = found;
  }

  read(root: JsonNode): Checked<JsonTemplate> {
    if (root.kind === "literal" && root.value === null) return this.template(root, new Map(), []);
    if (root.kind !== "object") {
      this.refuse(root, notAMap(root, "").refusal);
      return { ok: false, diagnostics: this.found };
    }
    const comments: { name: string; text: string }[] = [];
    const members = this.rootMembers(root, comments);
    return this.template(root, members, comments);
  }

  private template(
    root: JsonNode,
    members: ReadonlyMap<RootKey, Member>,
    comments: { name: string; text: string }[],
  ): Checked<JsonTemplate> {
    const value = (key: RootKey): JsonNode | undefined => members.get(key)?.value;
    const description = this.text(value("description"), "Description");
    const minVersion = this.text(value("min_packer_version"), "min_packer_version");
    this.comments(value("comments"), comments);
    this.object(value("push"), "Push");
    const rawVariables = this.variables(value("variables"));
    const sensitiveNames = this.sensitive(value("sensitive-variables"));
    const parts = this.parts(value);
    const { source } = this;
    const template: JsonTemplate = {
      syntax: "json",
      ...(source.file !== "<stdin>" && { path: source.file }),
      ...(description && { description: description.text }),
      source,
      rawVariables,
      variables: new Map(Array.from(rawVariables, ([name, v]) => [name, declaration(source, v)])),
      locals: new Map(),
      data: [],
      sources: parts.builders,
      builds: [
        {
          sources: parts.builders,
          provisioners: parts.provisioners,
          ...(parts.onError && { onError: parts.onError }),
          postProcessors: parts.postProcessors,
          range: source.range(root.start, root.end),
        },
      ],
      requiredPlugins: new Map(),
      sensitiveNames,
      ...(minVersion && { minVersion: { text: minVersion.text, range: this.rangeOf(minVersion.node) } }),
      comments,
      parts,
    };
    return verdict(template, this.found);
  }

  /** Root members by their known names, found as mapstructure finds them: exactly, else by any case. */
  private rootMembers(root: ObjectNode, comments: { name: string; text: string }[]): ReadonlyMap<RootKey, Member> {
    const members = new Map<RootKey, Member>();
    for (const key of rootKeys) {
      const exact = root.members.find((m) => m.key === key);
      const found = exact ?? root.members.find((m) => m.key.toLowerCase() === key);
      if (found) members.set(key, found);
    }
    const used = new Set(members.values());
    const unknown = root.members.filter((m) => !used.has(m) && !m.key.startsWith("_"));
    for (const member of unknown.toSorted((a, b) => (a.key < b.key ? -1 : 1)))
      this.found.push(
        problemAt(
          this.source,
          keySpan(member),
          "template/unknown-root-key",
          `Unknown root level key in template: '${member.key}'`,
          didYouMean(
            this.source,
            keySpan(member),
            member.key,
            rootKeys.filter((key) => !members.has(key)),
          ),
        ),
      );
    for (const member of root.members) {
      if (used.has(member) || !member.key.startsWith("_")) continue;
      if (member.value.kind === "string") comments.push({ name: member.key, text: member.value.value });
      else
        this.found.push(
          problemAt(
            this.source,
            member.value,
            "template/bad-comment",
            `Failed to cast root level comment value in comment "${member.key}" to string.`,
          ),
        );
    }
    return members;
  }

  private text(
    node: JsonNode | undefined,
    name: string,
  ): { readonly text: string; readonly node: JsonNode } | undefined {
    if (!node || isNull(node)) return undefined;
    if (node.kind === "string") return { text: node.value, node };
    this.refuse(node, unconvertible(node, name, "string").refusal);
    return undefined;
  }

  private object(node: JsonNode | undefined, name: string): ObjectNode | undefined {
    if (!node || isNull(node)) return undefined;
    if (node.kind === "object") return node;
    this.refuse(node, notAMap(node, name).refusal);
    return undefined;
  }

  private list(node: JsonNode | undefined, name: string): readonly JsonNode[] {
    if (!node || isNull(node)) return [];
    if (node.kind === "array") return node.items;
    this.refuse(node, notAList(node, name).refusal);
    return [];
  }

  private comments(node: JsonNode | undefined, into: { name: string; text: string }[]): void {
    for (const [i, item] of this.list(node, "Comments").entries()) {
      const entry = this.object(item, `Comments[${i}]`);
      for (const member of entry?.members ?? []) {
        const text = this.text(member.value, `Comments[${i}][${member.key}]`);
        if (text) into.push({ name: member.key, text: text.text });
      }
    }
  }

  private variables(node: JsonNode | undefined): ReadonlyMap<string, RawVariable> {
    const variables = new Map<string, RawVariable>();
    for (const { key: name, value, keyStart, keyEnd } of this.object(node, "Variables")?.members ?? []) {
      const range = this.source.range(keyStart, keyEnd);
      if (isNull(value)) variables.set(name, { name, range, node: value });
      else if (value.kind === "string") variables.set(name, { name, fallback: value.value, range, node: value });
      else this.refuse(value, `variable ${name}: ${unconvertible(value, "", "string").refusal}`);
    }
    return variables;
  }

  private sensitive(node: JsonNode | undefined): readonly string[] {
    return this.list(node, "sensitive-variables").flatMap((item, i) => {
      const text = this.text(item, `sensitive-variables[${i}]`);
      return text ? [text.text] : [];
    });
  }

  private parts(value: (key: RootKey) => JsonNode | undefined): JsonParts {
    const { source } = this;
    const builders = this.list(value("builders"), "builders").flatMap((node, i) =>
      this.keep(readBuilder(source, node, `builder ${i + 1}`)),
    );
    this.duplicateNames(builders);
    const postProcessors = this.postProcessors(value("post-processors"));
    const provisioners = this.list(value("provisioners"), "Provisioners").flatMap((node, i) =>
      this.keep(readProvisioner(source, node, `provisioner ${i + 1}`)),
    );
    const cleanup = value("error-cleanup-provisioner");
    const onError =
      cleanup && !isNull(cleanup)
        ? this.keep(readProvisioner(source, cleanup, "On Error Cleanup Provisioner error"))
        : [];
    return { builders, provisioners, ...(onError[0] && { onError: onError[0] }), postProcessors };
  }

  private keep({ component, found }: ReadComponent): readonly JsonComponent[] {
    this.found.push(...found);
    return component ? [component] : [];
  }

  private duplicateNames(builders: readonly JsonComponent[]): void {
    const seen = new Map<string, JsonComponent>();
    for (const builder of builders) {
      const first = seen.get(builder.name);
      if (!first) seen.set(builder.name, builder);
      else
        this.found.push(
          problemAt(
            this.source,
            builder.parts.nameNode ?? builder.parts.typeNode,
            "template/duplicate-builder",
            `${builder.parts.label}: builder with name '${builder.name}' already exists`,
            {
              detail: `The builder on line ${first.range.start.line} has this name. Give one of them another "name".`,
            },
          ),
        );
    }
  }

  private postProcessors(node: JsonNode | undefined): readonly (readonly JsonComponent[])[] {
    return this.list(node, "post-processors").map((element, i) => {
      const label = `post-processor ${i + 1}`;
      if (element.kind === "object" || element.kind === "string")
        return this.keep(readPostProcessor(this.source, element, `${label}.1`));
      if (element.kind !== "array") {
        this.found.push(problemAt(this.source, element, "template/bad-post-processor", `${label}: bad format`));
        return [];
      }
      return element.items.flatMap((item, j) => {
        const inner = `${label}.${j + 1}`;
        if (item.kind !== "array") return this.keep(readPostProcessor(this.source, item, inner));
        this.found.push(
          problemAt(
            this.source,
            item,
            "template/bad-post-processor",
            `${inner}: sequence not allowed to be nested in a sequence`,
          ),
        );
        return [];
      });
    });
  }

  private refuse(node: JsonNode, summary: string): void {
    this.found.push(problemAt(this.source, node, "template/wrong-type", summary));
  }

  private rangeOf(node: JsonNode) {
    return this.source.range(node.start, node.end);
  }
}

function isNull(node: JsonNode): boolean {
  return node.kind === "literal" && node.value === null;
}

/** A JSON variable has only a default; its body says so, as the body of an HCL2 `variable` block would. */
function declaration(source: SourceText, variable: RawVariable) {
  const { name, range, node } = variable;
  const fields: ObjectNode = {
    kind: "object",
    start: node.start,
    end: node.end,
    members: [{ key: "default", keyStart: node.start, keyEnd: node.end, value: node }],
  };
  return { name, range, body: new JsonBody(source, fields, [fields]) };
}
