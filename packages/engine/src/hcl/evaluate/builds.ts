import { type AttributeContent, type BlockContent, listOf, rangeOf, STRING, type Value } from "@kiln/hcl";
import { type BuildBlock, type ComponentBlock, caution, type Diagnostic, nearestName, problem } from "@kiln/sdk";
import { attributeIn, type BodySchema, contentOf } from "../body/content.ts";
import { argumentIn } from "../evaluation.ts";
import type { HclScope } from "../hcl-scope.ts";
import { type HclComponent, postProcessorMeta, provisionerMeta, sourceUse, stepComponent } from "./component.ts";
import { type SourceReference, sourceReference } from "./source-reference.ts";

const buildSchema: BodySchema = {
  attributes: ["name", "description", "sources"],
  blocks: new Map([
    ["source", ["reference"]],
    ["provisioner", ["type"]],
    ["error-cleanup-provisioner", ["type"]],
    ["post-processor", ["type"]],
    ["post-processors", []],
    ["hcp_packer_registry", []],
    ["from", ["reference"]],
  ]),
};
const chainSchema: BodySchema = { attributes: [], blocks: new Map([["post-processor", ["type"]]]) };

/** A build, with every source it refers to, known or not. */
export interface HclBuild extends BuildBlock {
  readonly references: readonly string[];
}

/** Reads `build` blocks once names have values. Source: core-behaviour §3.6. */
export class BuildReader {
  private readonly scope: HclScope;
  private readonly sources: ReadonlyMap<string, BlockContent>;
  private readonly found: Diagnostic[];
  private references: string[] = [];

  constructor(scope: HclScope, sources: ReadonlyMap<string, BlockContent>, found: Diagnostic[]) {
    this.scope = scope;
    this.sources = sources;
    this.found = found;
  }

  read(block: BlockContent): HclBuild {
    this.references = [];
    const { attributes, blocks } = contentOf(block.body, buildSchema, this.found, this.scope.values);
    const name = this.text(attributes.get("name"));
    const description = this.text(attributes.get("description"));
    const uses: HclComponent[] = [];
    const listed = attributes.get("sources");
    const list = listed ? this.listed(listed) : { uses: [], none: true };
    uses.push(...list.uses);
    const provisioners: ComponentBlock[] = [];
    const postProcessors: (readonly ComponentBlock[])[] = [];
    let onError: ComponentBlock | undefined;
    let sourceBlocks = 0;
    for (const inner of blocks) {
      switch (inner.type) {
        case "source": {
          sourceBlocks++;
          const use = this.sourceBlock(inner);
          if (use) uses.push(use);
          break;
        }
        case "provisioner":
          provisioners.push(stepComponent(inner, this.nameOf(inner), provisionerMeta));
          break;
        case "error-cleanup-provisioner":
          if (onError) this.secondCleanup(inner, onError);
          else onError = stepComponent(inner, this.nameOf(inner), provisionerMeta);
          break;
        case "post-processor":
          postProcessors.push([stepComponent(inner, this.nameOf(inner), postProcessorMeta)]);
          break;
        case "post-processors":
          postProcessors.push(this.chain(inner));
          break;
        case "hcp_packer_registry":
          this.found.push(
            caution("template/registry-in-build", "Build block level hcp_packer_registry is deprecated", {
              detail: "Move the hcp_packer_registry block to the top of the template.",
              subject: rangeOf(inner.typeSpan),
            }),
          );
          break;
      }
    }
    if (list.none && sourceBlocks === 0)
      this.found.push(
        problem("template/no-source", "missing source reference", {
          detail: 'A build block must reference at least one source to be built: sources = ["source.TYPE.NAME"].',
          subject: rangeOf(block.typeSpan),
        }),
      );
    return {
      ...(name !== undefined && name !== "" && { name }),
      ...(description !== undefined && { description }),
      sources: uses,
      provisioners,
      ...(onError && { onError }),
      postProcessors,
      range: rangeOf(block.span),
      references: this.references,
    };
  }

  private text(attribute: AttributeContent | undefined): string | undefined {
    const value = attribute && argumentIn(attribute, STRING, this.scope.values, this.found);
    return value?.isKnown && !value.isNull ? value.text : undefined;
  }

  private nameOf(block: BlockContent): string {
    return this.text(attributeIn(block.body, "name")) ?? "";
  }

  /** The sources of the list, and whether it names none. */
  private listed(attribute: AttributeContent): { readonly uses: readonly HclComponent[]; readonly none: boolean } {
    const { expression } = attribute;
    const made = argumentIn(attribute, listOf(STRING), this.scope.values, this.found);
    const items = made?.items ?? [];
    const uses = items.flatMap((item: Value, i) => {
      const at = expression.kind === "tuple" ? (expression.items[i] ?? expression) : expression;
      return (item.isKnown && this.use(item.text, rangeOf(at))) || [];
    });
    return { uses, none: made?.isKnown === true && items.length === 0 };
  }

  private use(text: string, subject: ReturnType<typeof rangeOf>, block?: BlockContent): HclComponent | undefined {
    const reference = sourceReference(text);
    if (!reference) {
      this.found.push(
        problem("template/bad-source-reference", "Invalid source reference", {
          detail: `"${text}" is not a reference to a source. References have the form "source.TYPE.NAME" or "TYPE.NAME".`,
          subject,
        }),
      );
      return undefined;
    }
    const localName = block && this.nameOf(block);
    this.references.push(`${reference.type}.${localName || reference.name}`);
    const source = this.sources.get(`${reference.type}.${reference.name}`);
    if (!source) {
      this.found.push(this.unknownSource(reference, subject));
      return undefined;
    }
    return sourceUse(source, localName || undefined, block);
  }

  private unknownSource({ type, name }: SourceReference, subject: ReturnType<typeof rangeOf>): Diagnostic {
    const key = `${type}.${name}`;
    const known = [...this.sources.keys()];
    const near = nearestName(key, known);
    return problem("template/unknown-source", `Unknown source ${key}`, {
      detail:
        near === undefined
          ? `Known: ${known.join(", ") || "none"}.`
          : `Did you mean "${near}"? Known: ${known.join(", ")}.`,
      subject,
      suggestion: near === undefined ? undefined : { replace: subject, with: `"source.${near}"` },
    });
  }

  private sourceBlock(block: BlockContent): HclComponent | undefined {
    return this.use(block.labels[0] ?? "", rangeOf(block.labelSpans[0] ?? block.typeSpan), block);
  }

  private chain(block: BlockContent): readonly ComponentBlock[] {
    const { blocks } = contentOf(block.body, chainSchema, this.found, this.scope.values);
    return blocks.map((inner) => stepComponent(inner, this.nameOf(inner), postProcessorMeta));
  }

  private secondCleanup(block: BlockContent, first: ComponentBlock): void {
    this.found.push(
      problem("template/duplicate", "Only one error-cleanup-provisioner is allowed", {
        detail: `Each build block can only have one; there is one on line ${first.range.start.line} already.`,
        subject: rangeOf(block.typeSpan),
      }),
    );
  }
}
