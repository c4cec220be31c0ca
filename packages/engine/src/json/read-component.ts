import type { Diagnostic } from "@kiln/sdk";
import { problemAt } from "./diagnose.ts";
import { ElementReader, type ReadText } from "./element-reader.ts";
import { JsonComponent, type JsonComponentParts } from "./json-component.ts";
import type { JsonNode } from "./node.ts";
import type { SourceText } from "./source-text.ts";
import { notAMap } from "./weak.ts";

const provisionerMeta = new Set(["type", "only", "except", "override", "pause_before", "max_retries", "timeout"]);
const builderMeta = new Set(["type", "name"]);
const postProcessorMeta = new Set(["type", "name", "only", "except", "keep_input_artifact"]);

/** What reading one element gave: a component unless something essential is missing. */
export interface ReadComponent {
  readonly component?: JsonComponent;
  readonly found: readonly Diagnostic[];
}

export function readBuilder(source: SourceText, node: JsonNode, label: string): ReadComponent {
  if (node.kind !== "object") return notAnObject(source, node, label);
  const reader = new ElementReader(source, label, node);
  const type = reader.text("type", "Type", true);
  const name = reader.text("name", "Name", true);
  if (reader.found.length > 0) return { found: reader.found };
  if (!type || type.text === "") return missingType(source, node, `${label}: missing 'type'`);
  return { component: named({ label, source, node, metaKeys: builderMeta, meta: {} }, type, name), found: [] };
}

export function readProvisioner(source: SourceText, node: JsonNode, label: string): ReadComponent {
  if (node.kind === "literal" && node.value === null)
    return missingType(source, node, `${label}: Provisioner missing 'type'`);
  if (node.kind !== "object") return notAnObject(source, node, `${label}: Error decoding provisioner`);
  const reader = new ElementReader(source, `${label}: Error decoding provisioner`, node);
  const type = reader.text("type", "Type", true);
  const retries = reader.text("max_retries", "max_retries", true);
  const meta = given({
    only: reader.names("only", "Only", true),
    except: reader.names("except", "Except", true),
    override: reader.overrides(),
    pauseBeforeMs: reader.duration("pause_before"),
    timeoutMs: reader.duration("timeout"),
    maxRetries: retries,
  });
  const { found } = reader;
  if (found.some((d) => d.severity === "error")) return { found };
  if (!type || type.text === "") {
    return { found: [...found, ...missingType(source, node, `${label}: Provisioner missing 'type'`).found] };
  }
  const component = new JsonComponent({
    label,
    type: type.text,
    name: type.text,
    source,
    node,
    typeNode: type.node,
    metaKeys: provisionerMeta,
    meta,
  });
  return { component, found };
}

export function readPostProcessor(source: SourceText, node: JsonNode, label: string): ReadComponent {
  if (node.kind === "string") {
    const component = new JsonComponent({
      label,
      type: node.value,
      name: node.value,
      source,
      node,
      typeNode: node,
      metaKeys: postProcessorMeta,
      meta: {},
    });
    return { component, found: [] };
  }
  if (node.kind !== "object")
    return { found: [problemAt(source, node, "template/bad-post-processor", `${label}: unknown format`)] };
  const reader = new ElementReader(source, label, node);
  const type = reader.text("type", "Type", false);
  const name = reader.text("name", "Name", false);
  const meta = given({
    only: reader.names("only", "Only", false),
    except: reader.names("except", "Except", false),
    keepInputArtifact: reader.flag("keep_input_artifact"),
  });
  if (reader.found.length > 0) return { found: reader.found };
  if (!type || type.text === "") return missingType(source, node, `${label}: type is required`);
  return { component: named({ label, source, node, metaKeys: postProcessorMeta, meta }, type, name), found: [] };
}

/** A component that goes by its type where it has no name. */
function named(
  parts: Omit<JsonComponentParts, "type" | "typeNode" | "name" | "nameNode">,
  type: ReadText,
  name: ReadText | undefined,
): JsonComponent {
  return new JsonComponent({
    ...parts,
    type: type.text,
    name: name && name.text !== "" ? name.text : type.text,
    typeNode: type.node,
    ...(name && { nameNode: name.node }),
  });
}

function notAnObject(source: SourceText, node: JsonNode, label: string): ReadComponent {
  return { found: [problemAt(source, node, "template/wrong-type", `${label}: ${notAMap(node, "").refusal}`)] };
}

function missingType(source: SourceText, node: JsonNode, summary: string): ReadComponent {
  return { found: [problemAt(source, node, "template/missing-type", summary)] };
}

/** Without the members that are undefined. */
function given<T extends object>(members: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}
