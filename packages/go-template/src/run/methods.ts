import { methodOf, typeName } from "../go/type.ts";
import type { GoFuncValue, GoValue } from "../go/value.ts";
import { failed, funcValue, pointee } from "../go/value.ts";

/** The method with its receiver bound: of the value, or of its address where it has one. */
export function boundMethod(receiver: GoValue, name: string): GoFuncValue | undefined {
  if (receiver.kind === "pointer") return bind(name, receiver);
  return bind(name, receiver) ?? (receiver.address && boundMethod(receiver.address, name));
}

function bind(name: string, receiver: GoValue): GoFuncValue | undefined {
  const method = methodOf(receiver.type, name);
  if (!method) return undefined;
  return funcValue(method.type, (args) => {
    const self = receiver.kind === "pointer" && !method.onPointer ? pointee(receiver) : receiver;
    const given = args.filter((arg) => arg !== undefined);
    if (self) return method.call(self, given);
    const type = typeName(receiver.type).slice(1);
    return failed(`value method ${type}.${name} called using nil *${type.split(".").at(-1)} pointer`);
  });
}
