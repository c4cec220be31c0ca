import { type Diagnostic, problem } from "@kiln/sdk";
import { didYouMean, problemAt } from "./diagnose.ts";
import type { JsonComponent, NameUse } from "./json-component.ts";
import type { JsonTemplate } from "./json-template.ts";
import type { Assigned } from "./var-files.ts";
import { compareVersions, parseVersion, versionText } from "./version.ts";

/**
 * The rules between the parts of a template, which need no rendering and no values: at least one builder, `only`, `except` and `override`
 * naming builders that exist, the version of Packer it asks for.
 */
export function checkJsonTemplate(template: JsonTemplate, packerVersion: string): readonly Diagnostic[] {
  return [...minimumVersion(template, packerVersion), ...someBuilder(template), ...builderNames(template)];
}

/** Those rules, and that every required variable is set. */
export function checkTemplate(
  template: JsonTemplate,
  assigned: ReadonlyMap<string, Assigned>,
  packerVersion: string,
): readonly Diagnostic[] {
  const unset = [...template.rawVariables.values()].filter((v) => v.fallback === undefined && !assigned.has(v.name));
  return [
    ...minimumVersion(template, packerVersion),
    ...someBuilder(template),
    ...unset.map(({ name, range }) =>
      problem("variables/unset", `required variable not set: ${name}`, {
        detail: `Give it with -var '${name}=VALUE' or in a -var-file, or declare a default.`,
        subject: range,
      }),
    ),
    ...builderNames(template),
  ];
}

function someBuilder({ parts, source }: JsonTemplate): readonly Diagnostic[] {
  if (parts.builders.length > 0) return [];
  return [problem("template/no-builders", "at least one builder must be defined", { subject: source.range(0, 0) })];
}

function builderNames({ parts }: JsonTemplate): readonly Diagnostic[] {
  const names = parts.builders.map((builder) => builder.name);
  return [...parts.provisioners, ...parts.postProcessors.flat()].flatMap((component) => uses(component, names));
}

function minimumVersion(template: JsonTemplate, packerVersion: string): readonly Diagnostic[] {
  const { minVersion } = template;
  const using = parseVersion(packerVersion);
  if (!minVersion || minVersion.text === "" || !using) return [];
  const wanted = parseVersion(minVersion.text);
  if (!wanted) {
    const summary = `min_version is invalid: Malformed version: ${minVersion.text}`;
    return [problem("template/bad-version", summary, { subject: minVersion.range })];
  }
  if (compareVersions(using, wanted) >= 0) return [];
  const summary = `This template requires Packer version ${versionText(wanted)} or higher; using ${packerVersion}`;
  return [problem("template/version-too-old", summary, { subject: minVersion.range })];
}

/** `only`, `except` and `override` hold raw names: what the builders' members say, before anything is rendered. */
function uses(component: JsonComponent, names: readonly string[]): readonly Diagnostic[] {
  const { label, meta, source, node } = component.parts;
  const { only = [], except = [], override = [] } = meta;
  const both = `${label}: only one of 'only' or 'except' may be specified`;
  const unknown = (use: NameUse, summary: string): readonly Diagnostic[] =>
    names.includes(use.name)
      ? []
      : [problemAt(source, use, "template/unknown-builder-name", summary, didYouMean(source, use, use.name, names))];
  const filters =
    only.length > 0 && except.length > 0
      ? [problemAt(source, node, "template/only-and-except", both)]
      : [
          ...only.flatMap((use) => unknown(use, `${label}: 'only' specified builder '${use.name}' not found`)),
          ...except.flatMap((use) => unknown(use, `${label}: 'except' specified builder '${use.name}' not found`)),
        ];
  return [...filters, ...override.flatMap(({ use }) => unknown(use, `${label}: override '${use.name}' doesn't exist`))];
}
