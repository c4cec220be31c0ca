import { functionReferences } from "@kiln/go-template";
import { formatHcl } from "@kiln/hcl";
import type { Schema } from "@kiln/sdk";
import type { JsonComponent } from "../../json/json-component.ts";
import type { JsonTemplate } from "../../json/json-template.ts";
import type { ObjectNode } from "../../json/node.ts";
import type { ComponentKind } from "../../registry.ts";
import { annotations } from "./annotations.ts";
import { optionLines, plainValue } from "./convert-options.ts";
import { type UpgradeNames, upgradeText } from "./convert-text.ts";
import { DistinctNames } from "./distinct-names.ts";
import { quoted } from "./quote-hcl.ts";

export interface UpgradeOptions {
  /** Comments above the blocks. */
  readonly annotations: boolean;
  /** A component's options; undefined for one that is not known. */
  schemaOf(kind: ComponentKind, type: string): Promise<Schema | undefined>;
}
export interface Upgraded {
  readonly text: string;
  /** Types of builders that are not known: their options were taken over by their looks. */
  readonly unknownBuilders: readonly string[];
}

/** Plugins whose components are known by the beginning of their type. */
const plugins = [
  "amazon",
  "ansible",
  "azure",
  "docker",
  "googlecompute",
  "qemu",
  "vagrant",
  "virtualbox",
  "vmware",
  "vsphere",
];

/** A JSON template as an HCL2 one. Source: core-behaviour §1.10. */
export function upgradeTemplate(template: JsonTemplate, options: UpgradeOptions): Promise<Upgraded> {
  return new Upgrade(template, options).run();
}

class Upgrade {
  private readonly template: JsonTemplate;
  private readonly options: UpgradeOptions;
  private readonly usedVariables = new Set<string>();
  /** Variables for what locals take from the environment: only defaults of variables may ask it. */
  private readonly environment = new Map<string, string>();
  private readonly locals: ReadonlySet<string>;
  private readonly variableNames: DistinctNames;
  private readonly localNames: DistinctNames;
  /** In Packer's order, which numbers those without a name. */
  private readonly builders: readonly JsonComponent[];
  private readonly sourceNames: DistinctNames;
  private readonly unknownBuilders: string[] = [];
  private timestampName: string | undefined;
  private kept: string[] = [];

  constructor(template: JsonTemplate, options: UpgradeOptions) {
    this.template = template;
    this.options = options;
    const computed = [...template.rawVariables.values()].filter(({ fallback = "" }) => isComputed(fallback));
    this.locals = new Set(computed.map(({ name }) => name));
    const own = [...template.rawVariables.keys()].map((name) => [name, name] as const);
    this.variableNames = new DistinctNames(new Map(own.filter(([name]) => !this.locals.has(name))));
    this.localNames = new DistinctNames(new Map(own.filter(([name]) => this.locals.has(name))));
    const key = ({ type, name }: JsonComponent): string => type + name;
    this.builders = template.parts.builders.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
    this.sourceNames = new DistinctNames(
      new Map(this.builders.map((builder, i) => [builder.name, sourceName(builder, i, template)] as const)),
    );
  }

  async run(): Promise<Upgraded> {
    // What is written last says which variables, locals and plugins are needed above it.
    const sources = await this.sources();
    const build = await this.build();
    const locals = this.localBlocks();
    const variables = this.variables();
    const parts = [
      this.section("packer", this.packer()),
      this.section("variables", variables),
      this.section("locals", [...this.timestampLocal(), ...locals]),
      this.section("sources", sources),
      this.section("build", build),
    ];
    const head = this.options.annotations ? `${annotations.file}\n` : "";
    return {
      text: formatHcl(head + parts.filter((part) => part !== "").join("\n")),
      unknownBuilders: this.unknownBuilders,
    };
  }

  private section(name: Exclude<keyof typeof annotations, "file">, blocks: readonly (readonly string[])[]): string {
    if (blocks.length === 0) return "";
    const comment = this.options.annotations ? annotations[name] : "";
    return comment + blocks.map((lines) => `${lines.join("\n")}\n`).join("\n");
  }

  private get names(): UpgradeNames {
    return {
      user: (name) => {
        this.usedVariables.add(name);
        return this.locals.has(name) ? `local.${this.localNames.of(name)}` : `var.${this.variableNames.of(name)}`;
      },
      env: (name) => {
        const variable = this.environment.get(name) ?? this.variableNames.fresh(`env_${name}`);
        this.environment.set(name, variable);
        return `var.${variable}`;
      },
      timestamp: () => {
        this.timestampName ??= this.localNames.fresh("timestamp");
        return `local.${this.timestampName}`;
      },
      kept: (call) => void this.kept.push(call),
    };
  }

  /** Lines with a remark above them about calls that stayed Go templates. */
  private remarked(make: () => readonly string[]): readonly string[] {
    this.kept = [];
    const lines = make();
    if (this.kept.length === 0) return lines;
    const calls = [...new Set(this.kept)].map((call) => call.replace(/\s+/g, " "));
    return [...calls.map((call) => `# Left as a Go template, look whether it does what it should: ${call}`), ...lines];
  }

  private packer(): readonly (readonly string[])[] {
    const { minVersion, parts } = this.template;
    const types = [...parts.builders, ...parts.provisioners, ...parts.postProcessors.flat()].map(({ type }) => type);
    const needed = plugins.filter((name) => types.some((type) => type === name || type.startsWith(`${name}-`)));
    if (!minVersion && needed.length === 0) return [];
    const version = minVersion ? [`required_version = ${quoted(`>= ${minVersion.text}`)}`] : [];
    const requirement = (name: string): string =>
      `${name} = {\nsource = "github.com/hashicorp/${name}"\nversion = "~> 1"\n}`;
    const required = needed.length > 0 ? ["required_plugins {", ...needed.map(requirement), "}"] : [];
    return [["packer {", ...version, ...required, "}"]];
  }

  private variables(): readonly (readonly string[])[] {
    const { rawVariables, sensitiveNames } = this.template;
    const declared = [...rawVariables.values()].filter(({ name }) => !this.locals.has(name));
    const undeclared = [...this.usedVariables].filter((name) => !rawVariables.has(name));
    const env = (name: string): string => `env(${quoted(name)})`;
    const names = { ...this.names, env };
    const all = [
      ...declared.map(({ name, fallback }) => ({
        name: this.variableNames.of(name),
        fallback: fallback === undefined ? undefined : upgradeText(fallback, names),
        sensitive: sensitiveNames.includes(name),
      })),
      ...undeclared.map((name) => ({ name: this.variableNames.of(name), fallback: undefined, sensitive: false })),
      ...[...this.environment].map(([name, variable]) => ({ name: variable, fallback: env(name), sensitive: false })),
    ];
    return all
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, fallback, sensitive }) => [
        `variable ${quoted(name)} {`,
        "type = string",
        ...(fallback === undefined ? [] : [`default = ${fallback}`]),
        ...(sensitive ? ["sensitive = true"] : []),
        "}",
      ]);
  }

  private timestampLocal(): readonly (readonly string[])[] {
    if (this.timestampName === undefined) return [];
    return [
      [
        '# Stands for the template function "timestamp".',
        `locals { ${this.timestampName} = regex_replace(timestamp(), "[- TZ:]", "") }`,
      ],
    ];
  }

  private localBlocks(): readonly (readonly string[])[] {
    const all = [...this.template.rawVariables.values()]
      .filter(({ name }) => this.locals.has(name))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const secret = all.filter(({ name }) => this.template.sensitiveNames.includes(name));
    const open = all.filter((local) => !secret.includes(local));
    const blocks = secret.map(({ name, fallback = "" }) =>
      this.remarked(() => [
        `local ${quoted(this.localNames.of(name))} {`,
        "sensitive = true",
        `expression = ${upgradeText(fallback, this.names)}`,
        "}",
      ]),
    );
    const lines = open.map(({ name, fallback = "" }) =>
      this.remarked(() => [`${this.localNames.of(name)} = ${upgradeText(fallback, this.names)}`]),
    );
    return lines.length > 0 ? [...blocks, ["locals {", ...lines.flat(), "}"]] : blocks;
  }

  private async sources(): Promise<readonly (readonly string[])[]> {
    const made: (readonly string[])[] = [];
    for (const builder of this.builders) {
      const schema = await this.options.schemaOf("builder", builder.type);
      if (!schema) this.unknownBuilders.push(builder.type);
      const head = `source ${quoted(builder.type)} ${quoted(this.sourceNames.of(builder.name))} {`;
      const remark = builder.name.includes("{{")
        ? [`# HCL2 does not compute names, as the JSON template did: ${builder.name.replace(/\s+/g, " ")}`]
        : [];
      made.push([
        ...remark,
        ...this.remarked(() => [head, ...optionLines(optionsOf(builder), schema, this.names), "}"]),
      ]);
    }
    return made;
  }

  private reference(builder: JsonComponent): string {
    return `${builder.type}.${this.sourceNames.of(builder.name)}`;
  }

  private async build(): Promise<readonly (readonly string[])[]> {
    const { description, parts } = this.template;
    const references = this.builders.map((builder) => this.reference(builder));
    const lines = ["build {"];
    if (description !== undefined) lines.push(`description = ${quoted(description)}`, "");
    lines.push(`sources = [${references.map((r) => quoted(`source.${r}`)).join(", ")}]`, "");
    for (const provisioner of parts.provisioners)
      lines.push(...(await this.step("provisioner", "provisioner", provisioner)), "");
    if (parts.onError) lines.push(...(await this.step("error-cleanup-provisioner", "provisioner", parts.onError)), "");
    for (const chain of parts.postProcessors) {
      const steps: string[] = [];
      for (const step of chain) steps.push(...(await this.step("post-processor", "post-processor", step)));
      if (chain.length === 1) lines.push(...steps, "");
      else if (chain.length > 1) lines.push("post-processors {", ...steps, "}", "");
    }
    if (lines.at(-1) === "") lines.pop();
    return [[...lines, "}"]];
  }

  private async step(
    block: string,
    kind: "provisioner" | "post-processor",
    component: JsonComponent,
  ): Promise<readonly string[]> {
    const schema = await this.options.schemaOf(kind, component.type);
    return this.remarked(() => [
      `${block} ${quoted(component.type)} {`,
      ...this.meta(component),
      ...optionLines(optionsOf(component), schema, this.names),
      "}",
    ]);
  }

  /** What the engine acts on, with builders under their new names. */
  private meta(component: JsonComponent): readonly string[] {
    const { node, meta, metaKeys } = component.parts;
    if (node.kind !== "object") return [];
    const lines: string[] = [];
    for (const { key, value } of node.members) {
      if (!metaKeys.has(key) || key === "type") continue;
      if (key === "only" || key === "except") {
        const uses = (key === "only" ? meta.only : meta.except) ?? [];
        if (uses.length > 0) lines.push(`${key} = [${uses.map(({ name }) => quoted(this.fullName(name))).join(", ")}]`);
      } else if (key === "override") lines.push(...this.override(component));
      else if (value.kind === "number" && key !== "max_retries") lines.push(`${key} = "${value.value}ns"`);
      else lines.push(`${key} = ${plainValue(value, this.names)}`);
    }
    return lines;
  }

  private override({ parts }: JsonComponent): readonly string[] {
    const members = (parts.meta.override ?? []).map(
      ({ use, node }) => `${quoted(this.sourceNames.of(use.name))} = ${plainValue(node, this.names)}\n`,
    );
    return members.length > 0 ? [`override = {\n${members.join("")}}`] : [];
  }

  private fullName(name: string): string {
    const builder = this.builders.find((b) => b.name === name);
    return builder ? this.reference(builder) : name;
  }
}

/** Whether a default value calls anything but `env`, which is all that the default of an HCL2 variable may. */
function isComputed(text: string): boolean {
  const calls = functionReferences(text, everyFunction);
  return calls.some(({ fn }) => fn !== "env");
}

const everyFunction: ReadonlySet<string> = new Set([
  ..."user build env timestamp isotime strftime uuid pwd template_dir split upper lower replace replace_all".split(" "),
  ..."build_name build_type packer_version consul_key vault aws_secretsmanager aws_secretsmanager_raw sed".split(" "),
  ..."clean_resource_name printf print len index slice".split(" "),
]);

/** Builders without a name but their type get one by their place; a name with variables has their defaults in it. */
function sourceName({ type, name }: JsonComponent, index: number, { rawVariables }: JsonTemplate): string {
  if (name === type) return `autogenerated_${index + 1}`;
  return name.replace(/\{\{-?\s*user\s+[`"]([^`"]*)[`"]\s*-?\}\}/g, (call, variable: string) => {
    const { fallback } = rawVariables.get(variable) ?? {};
    return fallback === undefined || fallback.includes("{{") ? call : fallback;
  });
}

function optionsOf({ parts }: JsonComponent): ObjectNode {
  const { node, metaKeys } = parts;
  if (node.kind !== "object") return { kind: "object", start: node.start, end: node.end, members: [] };
  return { ...node, members: node.members.filter(({ key }) => !metaKeys.has(key)) };
}
