import { Buffer } from "node:buffer";

/** Ids of the pairs in which the server tells about itself, and the client adds to it. Source: [MS-NLMP] 2.2.2.1. */
export const avId = {
  computerName: 1,
  domainName: 2,
  dnsComputerName: 3,
  dnsDomainName: 4,
  dnsTreeName: 5,
  flags: 6,
  timestamp: 7,
  targetName: 9,
  channelBindings: 10,
} as const;

/** In `flags`: the authenticate message carries a MIC. */
export const micFlag = 2;

/** Pairs in the order in which they came. Throws a RangeError where they are cut off. */
export function decodeTargetInfo(bytes: Buffer): ReadonlyMap<number, Buffer> {
  const pairs = new Map<number, Buffer>();
  for (let at = 0; at < bytes.length; ) {
    const id = bytes.readUInt16LE(at);
    const length = bytes.readUInt16LE(at + 2);
    if (id === 0) break;
    if (at + 4 + length > bytes.length) throw new RangeError("the target information is cut off");
    pairs.set(id, bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return pairs;
}

export function encodeTargetInfo(pairs: ReadonlyMap<number, Buffer>): Buffer {
  const parts: Buffer[] = [];
  for (const [id, value] of pairs) {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(id, 0);
    head.writeUInt16LE(value.length, 2);
    parts.push(head, value);
  }
  return Buffer.concat([...parts, Buffer.alloc(4)]);
}
