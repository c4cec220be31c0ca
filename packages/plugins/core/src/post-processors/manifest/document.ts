import { StepError } from "@kiln/sdk";

/** One build as the manifest tells it. */
export interface ManifestBuild {
  readonly name: string;
  readonly builder_type: string;
  /** Unix seconds; left out when 0. */
  readonly build_time: number;
  readonly files: readonly { readonly name: string; readonly size: number }[] | null;
  readonly artifact_id: string;
  readonly packer_run_uuid: string;
  readonly custom_data: Readonly<Record<string, string>> | null;
}
export interface Manifest {
  readonly builds: readonly ManifestBuild[];
  readonly last_run_uuid: string;
}

/** Reads an existing manifest; members that Packer does not know are not kept, as with Packer. */
export function parseManifest(text: string, path: string): Manifest {
  let found: unknown;
  try {
    found = text.trim() === "" ? {} : JSON.parse(text);
  } catch (error) {
    throw new StepError(`Unable to parse content from ${path}: ${error instanceof Error ? error.message : ""}`, {
      code: "manifest/not-a-manifest",
      cause: error,
    });
  }
  const { builds, last_run_uuid } = record(found);
  return {
    builds: Array.isArray(builds) ? builds.map(parseBuild) : [],
    last_run_uuid: string(last_run_uuid),
  };
}

function parseBuild(value: unknown): ManifestBuild {
  const { name, builder_type, build_time, files, artifact_id, packer_run_uuid, custom_data } = record(value);
  return {
    name: string(name),
    builder_type: string(builder_type),
    build_time: number(build_time),
    files: Array.isArray(files)
      ? files.map((file) => ({ name: string(record(file).name), size: number(record(file).size) }))
      : null,
    artifact_id: string(artifact_id),
    packer_run_uuid: string(packer_run_uuid),
    custom_data:
      typeof custom_data === "object" && custom_data !== null
        ? Object.fromEntries(Object.entries(custom_data).map(([key, data]) => [key, string(data)]))
        : null,
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
function string(value: unknown): string {
  return typeof value === "string" ? value : "";
}
function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

/** The manifest as Packer writes it: Go's indented JSON, with its escapes, and no final newline. */
export function manifestText({ builds, last_run_uuid }: Manifest): string {
  const ordered = {
    builds: builds.map(({ name, builder_type, build_time, files, artifact_id, packer_run_uuid, custom_data }) => ({
      name,
      builder_type,
      ...(build_time !== 0 && { build_time }),
      files,
      artifact_id,
      packer_run_uuid,
      custom_data: custom_data && sorted(custom_data),
    })),
    last_run_uuid,
  };
  return JSON.stringify(ordered, undefined, 2).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Go writes a map's keys in byte order. */
function sorted(data: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
