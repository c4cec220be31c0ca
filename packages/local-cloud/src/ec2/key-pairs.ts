import { newId } from "../ids.ts";
import { action } from "../protocol/action.ts";
import { ApiError } from "../protocol/api-error.ts";
import type { Call } from "../protocol/call.ts";
import { type FilterTable, matching, readFilters } from "../protocol/filters.ts";
import type { WireObject } from "../protocol/wire.ts";
import type { KeyPairRow } from "../state/rows.ts";
import { newKeyMaterial, readPublicKey } from "./key-material.ts";
import { readTagSpecifications, tagSet } from "./tag-wire.ts";

const notFound = (code: string, name: string): ApiError =>
  new ApiError("InvalidKeyPair.NotFound", `The key ${code} '${name}' does not exist`);

function refuseTaken(call: Call, name: string): void {
  if (name.length > 255) throw new ApiError("InvalidParameterValue", "The key pair name exceeds 255 characters.");
  if (call.rows("keyPairs").some((key) => key.name === name)) {
    throw new ApiError("InvalidKeyPair.Duplicate", `The keypair already exists`);
  }
}

/** The key pair of a name, as RunInstances needs it. */
export function keyPairNamed(call: Call, name: string): KeyPairRow {
  const found = call.rows("keyPairs").find((key) => key.name === name);
  if (!found) throw notFound("pair", name);
  return found;
}

export const createKeyPair = action("CreateKeyPair", {
  read: (p) => ({
    name: p.required("KeyName"),
    type: p.word("KeyType", ["rsa", "ed25519"]) ?? ("rsa" as const),
    format: p.word("KeyFormat", ["pem", "ppk"]) ?? "pem",
    tags: readTagSpecifications(p, ["key-pair"])["key-pair"],
  }),
  run: async (input, call) => {
    if (input.format === "ppk") {
      throw new ApiError("UnsupportedOperation", "This local cloud makes PEM keys only; convert it with puttygen.");
    }
    if (input.tags) call.needs("ec2:CreateTags");
    refuseTaken(call, input.name);
    call.effects();
    const material = await newKeyMaterial(input.type);
    refuseTaken(call, input.name);
    const row: KeyPairRow = {
      id: newId("key"),
      name: input.name,
      type: input.type,
      fingerprint: material.fingerprint,
      publicKey: material.publicLine,
      createdAt: call.now(),
      tags: input.tags ?? {},
    };
    call.change((tx) => tx.put("keyPairs", call.region, row));
    return {
      keyName: row.name,
      keyFingerprint: row.fingerprint,
      keyMaterial: material.privatePem,
      keyPairId: row.id,
      tagSet: tagSet(row.tags),
    };
  },
});

export const importKeyPair = action("ImportKeyPair", {
  read: (p) => ({
    name: p.required("KeyName"),
    material: p.required("PublicKeyMaterial"),
    tags: readTagSpecifications(p, ["key-pair"])["key-pair"],
  }),
  run: (input, call) => {
    if (input.tags) call.needs("ec2:CreateTags");
    refuseTaken(call, input.name);
    const key = readPublicKey(Buffer.from(input.material, "base64"));
    if (!key) throw new ApiError("InvalidKey.Format", "Key is not in valid OpenSSH public key format");
    const row: KeyPairRow = {
      id: newId("key"),
      name: input.name,
      type: key.type,
      fingerprint: key.fingerprint,
      publicKey: key.publicLine,
      createdAt: call.now(),
      tags: input.tags ?? {},
    };
    call.change((tx) => tx.put("keyPairs", call.region, row));
    return { keyName: row.name, keyFingerprint: row.fingerprint, keyPairId: row.id, tagSet: tagSet(row.tags) };
  },
});

export const deleteKeyPair = action("DeleteKeyPair", {
  read: (p) => ({ name: p.text("KeyName"), id: p.text("KeyPairId") }),
  run: ({ name, id }, call) => {
    if (name === undefined && id === undefined)
      throw new ApiError("MissingParameter", "The request must contain the parameter KeyName");
    const row = call.rows("keyPairs").find((key) => key.id === id || key.name === name);
    // Deleting a key pair that is not there succeeds at EC2.
    if (row) call.change((tx) => tx.remove("keyPairs", call.region, row.id));
    return { return: true, ...(row && { keyPairId: row.id }) };
  },
});

const filters: FilterTable<KeyPairRow> = {
  "key-name": (key) => [key.name],
  "key-pair-id": (key) => [key.id],
  fingerprint: (key) => [key.fingerprint],
};

function wire(key: KeyPairRow, includePublicKey: boolean): WireObject {
  return {
    keyPairId: key.id,
    keyType: key.type,
    keyName: key.name,
    keyFingerprint: key.fingerprint,
    createTime: key.createdAt,
    ...(includePublicKey && { publicKey: key.publicKey }),
    tagSet: tagSet(key.tags),
  };
}

export const describeKeyPairs = action("DescribeKeyPairs", {
  read: (p) => ({
    names: p.texts("KeyName"),
    ids: p.texts("KeyPairId"),
    filters: readFilters(p),
    publicKey: p.flag("IncludePublicKey") ?? false,
  }),
  run: (input, call) => {
    const all = call.rows("keyPairs");
    for (const name of input.names) if (!all.some((key) => key.name === name)) throw notFound("pair", name);
    for (const id of input.ids)
      if (!all.some((key) => key.id === id))
        throw new ApiError("InvalidKeyPair.NotFound", `The key pair ID '${id}' does not exist`);
    const asked = input.names.length + input.ids.length > 0;
    const chosen = asked ? all.filter((key) => input.names.includes(key.name) || input.ids.includes(key.id)) : all;
    return { keySet: matching(chosen, input.filters, filters).map((key) => wire(key, input.publicKey)) };
  },
});
