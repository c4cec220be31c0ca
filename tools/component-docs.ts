import { families } from "../packages/cli/src/families.ts";
import { type Field, formatGoDuration, type Schema } from "../packages/sdk/src/index.ts";

/** Reference pages of every component, as folds over their schemas: file name in docs/components → text. */
export async function componentDocs(): Promise<ReadonlyMap<string, string>> {
  const pages = new Map<string, string>();
  const index: string[] = [];
  for (const family of families) {
    for (const [kind, table] of [
      ["builder", family.builders],
      ["provisioner", family.provisioners],
      ["post-processor", family.postProcessors],
      ["data-source", family.dataSources],
    ] as const) {
      for (const [type, load] of Object.entries(table ?? {})) {
        const { doc, config } = await load();
        const file = `${kind}-${type}.md`;
        pages.set(file, page(type, kind, doc, config));
        index.push(`| [${type}](${file}) | ${kind} | ${cell(doc)} |`);
      }
    }
  }
  const head =
    "# Components\n\nGenerated from the schemas: `npm run docs`.\n\n| component | kind | what it does |\n|---|---|---|\n";
  pages.set("README.md", `${head}${index.sort().join("\n")}\n`);
  return pages;
}

function page(type: string, kind: string, doc: string, config: Schema): string {
  const connection = Object.keys(config).filter((name) =>
    /^(?:ssh_|winrm_|communicator$|pause_before_connecting$|temporary_key_pair_)/.test(name),
  );
  const own = Object.entries(config).filter(([name]) => !connection.includes(name));
  const parts = [
    `# ${type} (${kind})`,
    doc,
    "Generated from the schema: `npm run docs`.",
    table(Object.fromEntries(own)),
  ];
  for (const [name, field] of own) if (field.fields) parts.push(`## \`${name}\``, table(field.fields));
  if (connection.length > 0) {
    parts.push("## Connection", table(Object.fromEntries(connection.map((name) => [name, config[name] as Field]))));
  }
  return `${parts.join("\n\n")}\n`;
}

function table(schema: Schema): string {
  const rows = Object.entries(schema)
    .filter(([, field]) => !field.hidden)
    .map(
      ([name, field]) =>
        `| \`${name}\` | ${typeOf(field)} | ${field.required ? "yes" : ""} | ${cell(meaning(field))} |`,
    );
  if (rows.length === 0) return "No options of its own.";
  return ["| option | type | required | meaning |", "|---|---|---|---|", ...rows].join("\n");
}

function typeOf(field: Field): string {
  if (field.fields) return field.type === "list" ? "blocks" : "block";
  if (field.element) return `${field.type} of ${typeOf(field.element)}`;
  return field.type;
}

function meaning(field: Field): string {
  const parts = [field.doc];
  if (field.fallback !== undefined && field.type !== "object") parts.push(`Default: \`${fallbackText(field)}\`.`);
  if (field.sensitive) parts.push("Masked in all output.");
  if (field.lateTemplate) parts.push("Template text rendered during the run.");
  if (field.deprecated) parts.push(`Deprecated${field.deprecated.use ? `: use \`${field.deprecated.use}\`` : ""}.`);
  return parts.filter(Boolean).join(" ");
}

function fallbackText(field: Field): string {
  if (field.type !== "duration") return JSON.stringify(field.fallback);
  return formatGoDuration(BigInt(Number(field.fallback)) * 1_000_000n);
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
