import { Fault, type Outcome } from "../values/arithmetic.ts";
import { listOf, STRING } from "../values/type.ts";
import { stringValue, Value } from "../values/value.ts";
import { type Functions, number, text, wholeBig, wholeNumber } from "./arguments.ts";
import { ArgumentFault } from "./function.ts";

/** A network: address bits masked, number of address bits (32 or 128), prefix length. */
interface Network {
  readonly address: bigint;
  readonly bits: 32 | 128;
  readonly prefix: number;
}

function parseIPv4(s: string): bigint | undefined {
  const parts = s.split(".");
  if (parts.length !== 4) return undefined;
  let n = 0n;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    n = (n << 8n) | BigInt(part);
  }
  return n;
}

function parseIPv6(s: string): bigint | undefined {
  if (!s.includes(":")) return undefined;
  let source = s;
  const tail: number[] = [];
  const dotted = source.slice(source.lastIndexOf(":") + 1);
  if (dotted.includes(".")) {
    const v4 = parseIPv4(dotted);
    if (v4 === undefined) return undefined;
    tail.push(Number(v4 >> 16n), Number(v4 & 0xffffn));
    source = source.slice(0, source.lastIndexOf(":") + 1);
    source = source.endsWith("::") ? source : source.slice(0, -1);
  }
  const halves = source.split("::");
  if (halves.length > 2) return undefined;
  const groups = (half: string): number[] | undefined => {
    if (half === "") return [];
    const parts = half.split(":");
    return parts.every((p) => /^[0-9a-fA-F]{1,4}$/.test(p)) ? parts.map((p) => Number.parseInt(p, 16)) : undefined;
  };
  const head = groups(halves[0] ?? "");
  const rest = halves.length === 2 ? groups(halves[1] ?? "") : [];
  if (!head || !rest) return undefined;
  const given = head.length + rest.length + tail.length;
  if (halves.length === 2 ? given > 7 : given !== 8) return undefined;
  const all = [...head, ...Array.from({ length: 8 - given }, () => 0), ...rest, ...tail];
  return all.reduce((n, group) => (n << 16n) | BigInt(group), 0n);
}

function mask(prefix: number, bits: number): bigint {
  const all = (1n << BigInt(bits)) - 1n;
  return all ^ ((1n << BigInt(bits - prefix)) - 1n);
}

function parseNetwork(s: string): Network | Fault {
  const invalid = new Fault(`invalid CIDR expression: invalid CIDR address: ${s}`);
  const slash = s.indexOf("/");
  if (slash < 0 || !/^\d{1,3}$/.test(s.slice(slash + 1))) return invalid;
  const address = s.slice(0, slash);
  const v4 = parseIPv4(address);
  const whole = v4 ?? parseIPv6(address);
  if (whole === undefined) return invalid;
  const bits = v4 === undefined ? 128 : 32;
  const prefix = Number(s.slice(slash + 1));
  if (prefix > bits) return invalid;
  return { address: whole & mask(prefix, bits), bits, prefix };
}

const V4_IN_V6 = 0xffffn;
const isMapped = (n: bigint): boolean => n >> 32n === V4_IN_V6;

function addressText(n: bigint, bits: number): string {
  if (bits === 32 || isMapped(n)) {
    return [24n, 16n, 8n, 0n].map((shift) => String((n >> shift) & 0xffn)).join(".");
  }
  const groups = Array.from({ length: 8 }, (_, i) => Number((n >> BigInt(112 - 16 * i)) & 0xffffn));
  let best = { at: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === 0) length++;
    if (length > best.length) best = { at: i, length };
  }
  const hex = (part: readonly number[]): string => part.map((g) => g.toString(16)).join(":");
  if (best.at < 0) return hex(groups);
  return `${hex(groups.slice(0, best.at))}::${hex(groups.slice(best.at + best.length))}`;
}

/** The address with a number put before the bits that are left; negative ones wrap the way Go's big integers do. */
function insert(address: bigint, n: bigint, shift: number, bits: number): bigint {
  const sum = address | (n << BigInt(shift));
  return (sum < 0n ? -sum : sum) & ((1n << BigInt(bits)) - 1n);
}

function host([prefix, hostnum]: readonly Value[]): Outcome {
  const n = wholeBig(hostnum as Value);
  if (n instanceof Fault) return n;
  const network = parseNetwork(prefix?.text ?? "");
  if (network instanceof Fault) return network;
  const { address, bits } = network;
  const most = (1n << BigInt(bits - network.prefix)) - 1n;
  const offset = n < 0n ? -n - 1n : n;
  if (offset > most)
    return new Fault(`prefix of ${network.prefix} does not accommodate a host numbered ${n < 0n ? n + 1n : n}`);
  // An IPv4 address written as IPv6 is shifted as if it had 32 bits.
  const shift = bits === 128 && isMapped(address) ? 96 : 0;
  return stringValue(addressText(insert(address, n < 0n ? most - offset : offset, shift, bits), bits));
}

function subnet([prefix, newbits, netnum]: readonly Value[]): Outcome {
  const extra = wholeNumber(newbits as Value);
  if (extra instanceof Fault) return extra;
  const n = wholeBig(netnum as Value);
  if (n instanceof Fault) return n;
  const network = parseNetwork(prefix?.text ?? "");
  if (network instanceof Fault) return network;
  if (extra > 32) return new Fault("may not extend prefix by more than 32 bits");
  const length = network.prefix + extra;
  if (length > network.bits) {
    return new Fault(`insufficient address space to extend prefix of ${network.prefix} by ${extra}`);
  }
  if (n > (1n << BigInt(Math.max(extra, 0))) - 1n) {
    return new Fault(`prefix extension of ${extra} does not accommodate a subnet numbered ${n}`);
  }
  const address = insert(network.address, n, network.bits - length, network.bits);
  return stringValue(`${addressText(address, network.bits)}/${length}`);
}

function subnets([prefix, ...lengths]: readonly Value[]): Outcome {
  const network = parseNetwork(prefix?.text ?? "");
  if (network instanceof Fault) return new ArgumentFault(0, network.message);
  const { bits } = network;
  const made: Value[] = [];
  let current: Network | undefined;
  for (const [i, newbits] of lengths.entries()) {
    const refuse = (why: string): Fault => new ArgumentFault(i + 1, why);
    const extra = wholeNumber(newbits);
    if (extra instanceof Fault) return refuse(extra.message);
    if (extra < 1) return refuse("must extend prefix by at least one bit");
    if (extra > 32) return refuse("may not extend prefix by more than 32 bits");
    const length = network.prefix + extra;
    if (length > bits) {
      return refuse(
        `would extend prefix to ${length} bits, which is too long for an ${bits === 32 ? "IPv4" : "IPv6"} address`,
      );
    }
    const address: bigint = current ? after(current, length) : network.address;
    if (address >> BigInt(bits) !== 0n || (address & mask(network.prefix, bits)) !== network.address) {
      const last = current ? `${addressText(current.address, bits)}/${current.prefix}` : "";
      return refuse(`not enough remaining address space for a subnet with a prefix of ${length} bits after ${last}`);
    }
    current = { address, bits, prefix: length };
    made.push(stringValue(`${addressText(address, bits)}/${length}`));
  }
  return new Value(listOf(STRING), made);
}

/** Where the first network of this prefix length behind another one begins. */
function after(network: Network, length: number): bigint {
  const last = network.address | ((1n << BigInt(network.bits - network.prefix)) - 1n);
  return (last & mask(length, network.bits)) + (1n << BigInt(network.bits - length));
}

export const networkFunctions: Functions = {
  cidrhost: { parameters: [text("prefix"), number("hostnum")], returns: STRING, call: host },
  cidrnetmask: {
    parameters: [text("prefix")],
    returns: STRING,
    call: ([prefix]) => {
      const network = parseNetwork(prefix?.text ?? "");
      if (network instanceof Fault) return network;
      return stringValue(addressText(mask(network.prefix, network.bits), network.bits));
    },
  },
  cidrsubnet: { parameters: [text("prefix"), number("newbits"), number("netnum")], returns: STRING, call: subnet },
  cidrsubnets: { parameters: [text("prefix")], variadic: number("newbits"), returns: listOf(STRING), call: subnets },
};
