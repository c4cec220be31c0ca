import type { JsonTemplate } from "@kiln/engine";

/** One line for people, or one record for machines, in the order of printing. */
export type Inspected = { readonly say: string } | { readonly record: readonly string[] };

const say = (text: string): Inspected => ({ say: text });

const note = `
Note: If your build names contain user variables or template
functions such as 'timestamp', these are processed at build time,
and therefore only show in their raw form here.`;

/** What `inspect` prints of a JSON template, raw as it stands there. Source: core-behaviour §2.7 and Packer 1.6.6's output. */
export function inspectJson(template: JsonTemplate): readonly Inspected[] {
  return [
    say("Packer Inspect: JSON mode"),
    ...(template.description ? [say("Description:\n"), say(`${template.description}\n`)] : []),
    ...variables(template),
    ...builders(template),
    ...provisioners(template),
    say(note),
  ];
}

function variables(template: JsonTemplate): readonly Inspected[] {
  const all = [...template.rawVariables.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (all.length === 0) return [say("Variables:\n"), say("  <No variables>"), say("")];
  const required = all.filter(({ fallback }) => fallback === undefined);
  const optional = all.filter(({ fallback }) => fallback !== undefined);
  const width = Math.max(...all.map(({ name }) => name.length));
  const hidden = hiddenDefaults(template);
  const lines: Inspected[] = [];
  if (required.length > 0) lines.push(say("Required variables:\n"));
  for (const { name } of required) lines.push({ record: ["template-variable", name, "", "1"] }, say(`  ${name}`));
  if (required.length > 0) lines.push(say(""));
  if (optional.length > 0) lines.push(say("Optional variables and their defaults:\n"));
  for (const { name, fallback = "" } of optional) {
    const shown = hidden.names.has(name) || hidden.texts.has(fallback) ? "<sensitive>" : fallback;
    lines.push({ record: ["template-variable", name, shown, "0"] }, say(`  ${name.padEnd(width)} = ${shown}`));
  }
  if (optional.length > 0) lines.push(say(""));
  return lines;
}

/** A default that is also the default of a sensitive variable would give that one away. */
function hiddenDefaults({ sensitiveNames, rawVariables }: JsonTemplate) {
  const texts = sensitiveNames.map((name) => rawVariables.get(name)?.fallback ?? "").filter((text) => text !== "");
  return { names: new Set(sensitiveNames), texts: new Set(texts) };
}

function builders({ sources }: JsonTemplate): readonly Inspected[] {
  const sorted = sources.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const width = Math.max(0, ...sorted.map(({ name }) => name.length));
  const lines = sorted.flatMap(({ name, type }): readonly Inspected[] => [
    { record: ["template-builder", name, type] },
    say(`  ${name.padEnd(width)}${name === type ? "" : ` (${type})`}`),
  ]);
  return [say("Builders:\n"), ...(lines.length > 0 ? lines : [say("  <No builders>")]), say("")];
}

function provisioners({ builds }: JsonTemplate): readonly Inspected[] {
  const lines = (builds[0]?.provisioners ?? []).flatMap(({ type }): readonly Inspected[] => [
    { record: ["template-provisioner", type] },
    say(`  ${type}`),
  ]);
  return [say("Provisioners:\n"), ...(lines.length > 0 ? lines : [say("  <No provisioners>")])];
}
