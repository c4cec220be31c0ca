import { type BlockContent, BOOL, type Body, rangeOf, type Span } from "@kiln/hcl";
import { append, type Checked, type Declaration, type Diagnostic, problem, verdict } from "@kiln/sdk";
import { attributesOf, contentOf } from "../body/content.ts";
import { HclBody } from "../body/hcl-body.ts";
import { dataComponent, sourceComponent } from "../evaluate/component.ts";
import { literalIn } from "../evaluation.ts";
import type { HclData, HclFile, HclLocal, HclTemplate } from "../hcl-template.ts";
import { defaultsScope } from "../scopes.ts";
import { VariableReader } from "../variables/declare.ts";
import { parseFiles } from "./parse-files.ts";
import { PackerBlocks } from "./read-packer-block.ts";
import { identifierRule, isIdentifier, localSchema, rootSchema } from "./root-schema.ts";

export interface ReadOptions {
  /** The path the user gave; absent for standard input. */
  readonly path?: string;
  /** `path.root`. */
  readonly root: string;
  readonly packerVersion: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads an HCL2 template: syntax of all files, version, root blocks, required plugins, declarations. No component is asked and nothing is
 * evaluated but defaults of variables. Source: core-behaviour §3.3, phases 1–5.
 */
export function parseHclTemplate(files: readonly HclFile[], options: ReadOptions): Checked<HclTemplate> {
  const found: Diagnostic[] = [];
  const bodies = parseFiles(files, found);
  if (found.some((d) => d.severity === "error")) return { ok: false, diagnostics: found };
  return new TemplateReader(options, found).read(bodies);
}

class TemplateReader {
  private readonly options: ReadOptions;
  private readonly found: Diagnostic[];
  private readonly locals = new Map<string, HclLocal>();
  private readonly data = new Map<string, HclData>();
  private readonly sources = new Map<string, BlockContent>();
  private readonly builds: BlockContent[] = [];
  private registry: BlockContent | undefined;

  constructor(options: ReadOptions, found: Diagnostic[]) {
    this.options = options;
    this.found = found;
  }

  read(bodies: readonly Body[]): Checked<HclTemplate> {
    const { found } = this;
    const packer = new PackerBlocks(this.options.packerVersion, found);
    const unknown: Diagnostic[] = [];
    const blocks = bodies.flatMap((body) => contentOf(body, rootSchema, unknown).blocks);
    for (const block of blocks) if (block.type === "packer") packer.read(block);
    // A template for another version may be written in words that this one does not know.
    if (found.some((d) => d.code === "template/version")) return { ok: false, diagnostics: found };
    append(found, unknown);
    const declared: Diagnostic[] = [];
    const variables = new VariableReader(defaultsScope(this.options.env), declared);
    for (const block of blocks) this.block(block, variables, declared);
    const sources = [...this.sources.values()].map(sourceComponent);
    const template: HclTemplate = {
      syntax: "hcl2",
      ...(this.options.path !== undefined && { path: this.options.path }),
      root: this.options.root,
      variables: declarations(variables.variables),
      locals: new Map([...this.locals].map(([name, { expression }]) => [name, declaration(name, expression)])),
      data: [...this.data.values()].map(dataComponent),
      sources,
      builds: [],
      requiredPlugins: packer.plugins,
      parts: {
        variables: variables.variables,
        locals: this.locals,
        data: [...this.data.values()],
        sources: this.sources,
        builds: this.builds,
        ...(this.registry && { registry: this.registry }),
        files: bodies,
      },
      found: declared,
    };
    return verdict(template, found);
  }

  private block(block: BlockContent, variables: VariableReader, declared: Diagnostic[]): void {
    switch (block.type) {
      case "variable":
        variables.block(block);
        break;
      case "variables":
        for (const attribute of attributesOf(block.body, declared).values()) variables.member(attribute);
        break;
      case "local":
        this.local(block);
        break;
      case "locals":
        for (const { name, expression, nameSpan } of attributesOf(block.body, this.found).values())
          this.addLocal({ name, expression, sensitive: false, nameSpan });
        break;
      case "data":
        this.addData(block);
        break;
      case "source":
        this.addSource(block);
        break;
      case "build":
        this.builds.push(block);
        break;
      case "hcp_packer_registry":
        if (this.registry)
          this.duplicate("Only one hcp_packer_registry is allowed", block.typeSpan, this.registry.typeSpan);
        else this.registry = block;
        break;
    }
  }

  private local(block: BlockContent): void {
    const { attributes } = contentOf(block.body, localSchema, this.found);
    const expression = attributes.get("expression")?.expression;
    const flag = attributes.get("sensitive");
    const sensitive = flag && literalIn(flag, BOOL, this.found);
    const nameSpan = block.labelSpans[0] ?? block.typeSpan;
    if (!expression) {
      const detail = 'The argument "expression" is required, but no definition was found.';
      this.found.push(
        problem("locals/no-expression", "Missing required argument", { detail, subject: rangeOf(nameSpan) }),
      );
      return;
    }
    this.addLocal({ name: block.labels[0] ?? "", expression, sensitive: sensitive?.raw === true, nameSpan });
  }

  private addLocal(local: HclLocal): void {
    const { name, nameSpan } = local;
    if (!this.isNamed(name, nameSpan, "Invalid local name")) return;
    const earlier = this.locals.get(name);
    if (earlier) this.duplicate("Duplicate local definition", nameSpan, earlier.nameSpan, `Local variable "${name}"`);
    else this.locals.set(name, local);
  }

  private addData(block: BlockContent): void {
    const [type = "", name = ""] = block.labels;
    const [typeSpan = block.typeSpan, nameSpan = block.typeSpan] = block.labelSpans;
    if (!this.isNamed(type, typeSpan, "Invalid data source name")) return;
    if (!this.isNamed(name, nameSpan, "Invalid data resource name")) return;
    const key = `${type}.${name}`;
    const earlier = this.data.get(key);
    if (earlier) this.duplicate("Duplicate data block", nameSpan, earlier.block.typeSpan, `Data source data.${key}`);
    else this.data.set(key, { type, name, block });
  }

  private addSource(block: BlockContent): void {
    const key = block.labels.join(".");
    const earlier = this.sources.get(key);
    if (earlier)
      this.duplicate(
        "Duplicate source block",
        block.labelSpans[1] ?? block.typeSpan,
        earlier.typeSpan,
        `Source ${key}`,
      );
    else this.sources.set(key, block);
  }

  private isNamed(name: string, span: Span, summary: string): boolean {
    if (isIdentifier(name)) return true;
    this.found.push(problem("template/bad-name", summary, { detail: identifierRule, subject: rangeOf(span) }));
    return false;
  }

  private duplicate(summary: string, span: Span, earlier: Span, what = "It"): void {
    const { file, start } = rangeOf(earlier);
    this.found.push(
      problem("template/duplicate", summary, {
        detail: `${what} is defined at ${file}:${start.line} too. Each name may be used once.`,
        subject: rangeOf(span),
      }),
    );
  }
}

function declaration(name: string, span: Span): Declaration {
  return { name, body: new HclBody({ span, bodies: [] }), range: rangeOf(span) };
}

function declarations(named: ReadonlyMap<string, { readonly span: Span }>): ReadonlyMap<string, Declaration> {
  return new Map([...named].map(([name, { span }]) => [name, declaration(name, span)]));
}
