/**
 * Trims the published AWS service models (the Apache-2.0 licensed `botocore` data files) to the operations that the local
 * cloud answers, into the one file that tests of the local cloud and of the amazon components check against.
 *
 *   node tools/ec2-model.ts BOTOCORE_DATA_DIRECTORY
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { gunzipSync } from "node:zlib";
import { modelledOperations } from "./ec2-model-operations.ts";

interface Reference {
  readonly shape: string;
  readonly [key: string]: unknown;
}
interface RawShape {
  readonly type: string;
  readonly members?: Readonly<Record<string, Reference>>;
  readonly member?: Reference;
  readonly key?: Reference;
  readonly value?: Reference;
  readonly [key: string]: unknown;
}
interface RawModel {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly operations: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly shapes: Readonly<Record<string, RawShape>>;
}

const shapeKeys = ["type", "required", "enum", "flattened", "box", "sensitive", "min", "max", "timestampFormat"];
const referenceKeys = ["shape", "locationName", "queryName", "flattened", "timestampFormat"];
const metadataKeys = [
  "apiVersion",
  "endpointPrefix",
  "protocol",
  "jsonVersion",
  "targetPrefix",
  "xmlNamespace",
  "serviceId",
];

function pick(from: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]));
}

function readModel(directory: string, service: string): RawModel {
  const version = readdirSync(join(directory, service)).toSorted().at(-1);
  if (version === undefined) throw new Error(`no model of ${service} in ${directory}`);
  const path = join(directory, service, version, "service-2.json");
  const text = existsSync(path) ? readFileSync(path) : gunzipSync(readFileSync(`${path}.gz`));
  return JSON.parse(text.toString("utf8"));
}

function trimShape(shape: RawShape): Record<string, unknown> {
  const reference = (r: Reference): Record<string, unknown> => pick(r, referenceKeys);
  return {
    ...pick(shape, shapeKeys),
    ...(shape.members && {
      members: Object.fromEntries(Object.entries(shape.members).map(([name, member]) => [name, reference(member)])),
    }),
    ...(shape.member && { member: reference(shape.member) }),
    ...(shape.key && { key: reference(shape.key) }),
    ...(shape.value && { value: reference(shape.value) }),
  };
}

function trimModel(model: RawModel, operations: readonly string[]): Record<string, unknown> {
  const wanted = new Set<string>();
  const visit = (reference: Reference | undefined): void => {
    if (!reference || wanted.has(reference.shape)) return;
    wanted.add(reference.shape);
    const shape = model.shapes[reference.shape];
    if (!shape) throw new Error(`the model has no shape ${reference.shape}`);
    for (const next of [shape.member, shape.key, shape.value, ...Object.values(shape.members ?? {})]) visit(next);
  };
  const kept = operations.toSorted().map((name) => {
    const operation = model.operations[name];
    if (!operation) throw new Error(`the model has no operation ${name}`);
    const { input, output } = operation as { input?: Reference; output?: Reference & { resultWrapper?: string } };
    visit(input);
    visit(output);
    return [
      name,
      {
        ...(input && { input: pick(input, ["shape"]) }),
        ...(output && { output: pick(output, ["shape", "resultWrapper"]) }),
      },
    ];
  });
  return {
    metadata: pick(model.metadata, metadataKeys),
    operations: Object.fromEntries(kept),
    shapes: Object.fromEntries([...wanted].toSorted().map((name) => [name, trimShape(model.shapes[name] as RawShape)])),
  };
}

const directory = process.argv[2];
if (directory === undefined) throw new Error("usage: node tools/ec2-model.ts BOTOCORE_DATA_DIRECTORY");
const services = Object.entries(modelledOperations).map(([service, operations]) => [
  service,
  trimModel(readModel(directory, service), operations),
]);
const header = {
  origin:
    "Trimmed by tools/ec2-model.ts from the service models of botocore (https://github.com/boto/botocore), Copyright Amazon.com, Inc. or its affiliates, licensed under the Apache License 2.0. Documentation texts removed.",
};
const lines = (value: unknown): string => JSON.stringify(value);
const text = Object.entries(Object.fromEntries(services) as Record<string, Record<string, Record<string, unknown>>>)
  .map(([service, parts]) => {
    const blocks = Object.entries(parts).map(([part, entries]) => {
      const rows = Object.entries(entries).map(([name, value]) => `${lines(name)}:${lines(value)}`);
      return `${lines(part)}:{\n${rows.join(",\n")}\n}`;
    });
    return `${lines(service)}:{\n${blocks.join(",\n")}\n}`;
  })
  .join(",\n");
writeFileSync(
  new URL("../packages/local-cloud/test-data/ec2-model.json", import.meta.url),
  `{"origin":${lines(header.origin)},\n"services":{\n${text}\n}}\n`,
);
