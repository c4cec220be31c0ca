import type { Arguments } from "./default-arguments.ts";

/**
 * Lays the user's `qemuargs` over the defaults: a switch given there replaces all default values of it; it may be repeated, and the
 * words after the first are joined. A network device that the user's devices lack is put back, as in Packer.
 */
export function mergeArguments(
  defaults: Arguments,
  given: readonly (readonly string[])[],
  netDevice: string,
): readonly string[] {
  const own: Arguments = new Map();
  for (const [name, ...values] of given) {
    if (name === undefined) continue;
    own.set(name, [...(own.get(name) ?? []), values.join("")]);
  }
  const devices = own.get("-device");
  if (devices && !devices.some((device) => device.includes(netDevice))) devices.push(`${netDevice},netdev=user.0`);
  const merged = new Map([...defaults, ...own]);
  return [...merged].flatMap(([name, values]) => values.flatMap((value) => (value === "" ? [name] : [name, value])));
}
