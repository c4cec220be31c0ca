import { type AttributeContent, type BlockContent, rangeOf } from "@kiln/hcl";
import { type Diagnostic, type PluginRequirement, problem } from "@kiln/sdk";
import { attributesOf, contentOf } from "../body/content.ts";
import { valueIn } from "../evaluation.ts";
import { packerSchema } from "./root-schema.ts";
import { parseConstraint } from "./version-constraint.ts";

/** What `packer` blocks ask for. */
export class PackerBlocks {
  readonly plugins = new Map<string, PluginRequirement>();
  private readonly version: string;
  private readonly found: Diagnostic[];

  constructor(packerVersion: string, found: Diagnostic[]) {
    this.version = packerVersion;
    this.found = found;
  }

  read(block: BlockContent): void {
    const { attributes, blocks } = contentOf(block.body, packerSchema, this.found);
    const required = attributes.get("required_version");
    if (required) this.requiredVersion(required);
    for (const plugins of blocks) this.requiredPlugins(plugins);
  }

  private requiredVersion({ expression }: AttributeContent): void {
    const value = valueIn(expression, undefined, this.found);
    if (!value) return;
    const subject = rangeOf(expression);
    const constraint = typeof value.raw === "string" ? parseConstraint(value.text) : undefined;
    if (!constraint) {
      const detail = 'A string value is required, such as ">= 1.7.0, < 2.0.0".';
      this.found.push(problem("template/bad-version", "Invalid version constraint", { detail, subject }));
    } else if (!constraint.allows(this.version)) {
      const detail = `This configuration does not support Packer version ${this.version}. To proceed, either choose another supported Packer version or update this version constraint. Version constraints are normally set for good reason, so updating the constraint may lead to other errors or unexpected behavior.`;
      this.found.push(problem("template/version", "Unsupported Packer Core version", { detail, subject }));
    }
  }

  private requiredPlugins(block: BlockContent): void {
    for (const [name, attribute] of attributesOf(block.body, this.found)) {
      const earlier = this.plugins.get(name);
      if (earlier) {
        this.refuse(
          attribute,
          `Duplicate required_plugin."${name}" block`,
          `Plugin "${name}" was already required at ${earlier.range.file}:${earlier.range.start.line}.`,
        );
        continue;
      }
      const requirement = this.requirement(name, attribute);
      if (requirement) this.plugins.set(name, requirement);
    }
  }

  private requirement(name: string, attribute: AttributeContent): PluginRequirement | undefined {
    const { expression } = attribute;
    const value = valueIn(expression, undefined, this.found);
    if (!value) return undefined;
    if (name !== name.toLowerCase()) {
      this.refuse(
        attribute,
        "Invalid plugin local name",
        `${name} is an invalid local name: it must be ${name.toLowerCase()}, all lower case.`,
      );
      return undefined;
    }
    if (typeof value.raw === "string") {
      const detail = `Write it out: ${name} = { version = "${value.text}", source = "github.com/hashicorp/${name}" }`;
      this.refuse(attribute, "Invalid plugin requirement", detail);
      return undefined;
    }
    if (value.type.kind !== "object" || value.isNull) {
      this.refuse(
        attribute,
        "Invalid required_plugins object",
        "required_plugins objects must have a version and a source.",
      );
      return undefined;
    }
    const before = this.found.length;
    for (const key of value.entries.keys())
      if (key !== "version" && key !== "source")
        this.refuse(
          attribute,
          "Invalid required_plugins object",
          `required_plugins objects can only contain "version" and "source" attributes, not "${key}".`,
        );
    const version = this.text(attribute, value.entries.get("version")?.raw, "No version constraint was set");
    const source = this.text(attribute, value.entries.get("source")?.raw, "No source was set");
    if (version !== undefined && !parseConstraint(version))
      this.refuse(
        attribute,
        "Invalid version constraint",
        `"${version}" is not a version constraint such as "~> 1.2".`,
      );
    const fault = source === undefined ? undefined : sourceFault(source);
    if (fault !== undefined) this.refuse(attribute, "Invalid source", fault);
    if (this.found.length > before || version === undefined || source === undefined) return undefined;
    return { source, version, range: rangeOf(expression) };
  }

  private text(attribute: AttributeContent, raw: unknown, summary: string): string | undefined {
    if (typeof raw === "string" && raw !== "") return raw;
    this.refuse(attribute, summary, "A plugin requirement has a version and a source, both strings.");
    return undefined;
  }

  private refuse(attribute: AttributeContent, summary: string, detail: string): void {
    this.found.push(problem("template/plugin-requirement", summary, { detail, subject: rangeOf(attribute) }));
  }
}

/** Why a text is no plugin source such as `github.com/hashicorp/amazon`; undefined where it is one. Source: core-behaviour §1.11. */
export function sourceFault(source: string): string | undefined {
  const example = "A source is a host and at least two parts of a path, such as github.com/hashicorp/amazon.";
  if (/^\/|\/$/.test(source)) return `It must not start or end with a slash. ${example}`;
  if (source.includes("://") || /[?#]/.test(source)) return `It must not have a scheme, query or fragment. ${example}`;
  const parts = source.split("/");
  if (parts.length < 3 || parts.length > 17) return `"${source}" has ${parts.length} part(s). ${example}`;
  const last = parts.at(-1) ?? "";
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i.test(last) || last.includes("--"))
    return `"${last}" is not a valid plugin name: letters, digits and single dashes only.`;
  if (last.startsWith("packer-")) return `"${last}": leave out the "packer-plugin-" prefix.`;
  return undefined;
}
