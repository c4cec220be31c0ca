import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Field, Schema } from "@kiln/sdk";
import { FakeHost } from "@kiln/sdk/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { transportOptions } from "../access/transport.ts";
import { accessRows } from "../testing/access-rows.ts";
import { connectionRows } from "../testing/connection-rows.ts";
import { imageRows } from "../testing/image-rows.ts";
import { machineRows } from "../testing/machine-rows.ts";
import type { Row } from "../testing/option-rows.ts";
import { config } from "./config.ts";

interface Published {
  readonly name: string;
  readonly type: string;
  readonly internal?: boolean;
  readonly nested?: readonly Published[];
}
const file = new URL("../../test-data/amazon-ebs-options.json", import.meta.url);
const { options } = JSON.parse(readFileSync(file, "utf8")) as { readonly options: readonly Published[] };
const published = options.filter((option) => !option.internal);

/** Paths of all options that hold a value: blocks are shown by their members. */
function leaves(list: readonly Published[], prefix = ""): readonly string[] {
  return list.flatMap((option) =>
    option.nested ? leaves(option.nested, `${prefix}${option.name}.`) : [`${prefix}${option.name}`],
  );
}

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kiln-amazon-"));
  writeFileSync(
    join(folder, "credentials"),
    "[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = s\n" +
      "[dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = s\n" +
      "[mfa]\nrole_arn = arn:aws:iam::123456789012:role/mfa\nsource_profile = dev\nmfa_serial = arn:aws:iam::123456789012:mfa/me\n",
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

const rows: Readonly<Record<string, Row>> = {
  ...accessRows(() => join(folder, "credentials")),
  ...imageRows,
  ...machineRows,
  ...connectionRows,
  insecure_skip_tls_verify: async () => {
    const host = new FakeHost();
    const agent = async (insecure: boolean): Promise<unknown> =>
      ((await transportOptions(host, { insecure })) as { readonly httpsAgent: unknown }).httpsAgent;
    expect(await agent(true)).toMatchObject({ rejectUnauthorized: false });
    expect(await agent(false)).not.toHaveProperty("rejectUnauthorized");
  },
};

describe("every option of amazon-ebs", () => {
  it("has a row in the table", () => {
    expect(leaves(published).filter((path) => !rows[path])).toEqual([]);
    expect(Object.keys(rows).filter((path) => !leaves(published).includes(path))).toEqual([]);
  });

  it.each(leaves(published))("%s changes something", async (path) => {
    await rows[path]?.();
  });
});

const kinds: Readonly<Record<string, string>> = {
  string: "string",
  number: "number",
  bool: "bool",
  "list(string)": "list",
  "map(string)": "map",
  block: "object",
  block_list: "list",
};
/** Durations are strings that we read; the two keys are handed on by builders. */
const readOtherwise: Readonly<Record<string, string>> = {
  pause_before_connecting: "duration",
  ssh_timeout: "duration",
  ssh_wait_timeout: "duration",
  ssh_keep_alive_interval: "duration",
  ssh_read_write_timeout: "duration",
  winrm_timeout: "duration",
  windows_password_timeout: "duration",
  pause_before_ssm: "duration",
  ssh_public_key: "string",
  ssh_private_key: "string",
};

describe("the schema", () => {
  it("has the published options, with their types, and no others", () => {
    const compare = (schema: Schema, list: readonly Published[], prefix: string): void => {
      const names = (all: readonly string[]): readonly string[] => all.map((name) => prefix + name).toSorted();
      expect(names(Object.keys(schema))).toEqual(names(list.map((option) => option.name)));
      for (const option of list) {
        const field = schema[option.name] as Field;
        expect(`${prefix}${option.name}: ${field.type}`).toBe(
          `${prefix}${option.name}: ${readOtherwise[option.name] ?? kinds[option.type]}`,
        );
        if (option.nested) compare(field.fields ?? {}, option.nested, `${prefix}${option.name}.`);
      }
    };
    compare(config, published, "");
  });

  it("documents every option in one sentence", () => {
    const undocumented = (schema: Schema): readonly string[] =>
      Object.entries(schema).flatMap(([name, field]) => [
        ...(field.doc === "" || (field.doc.endsWith(".") === false && field.doc !== "") ? [name] : []),
        ...undocumented(field.fields ?? {}),
      ]);
    expect(undocumented(config)).toEqual([]);
  });
});
