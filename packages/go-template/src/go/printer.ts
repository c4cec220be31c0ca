import type { FormatFlags } from "./format-flags.ts";
import { noFlags, padded } from "./format-flags.ts";
import {
  formatCharacter,
  formatFloatVerb,
  formatHexBytes,
  formatInteger,
  formatQuoted,
  formatQuotedCharacter,
  formatString,
  formatUnicode,
  integerBase,
  isFloatVerb,
} from "./format-scalar.ts";
import { fromBytes } from "./go-string.ts";
import { sortedEntries } from "./order.ts";
import type { GoMethod } from "./type.ts";
import { goUint8, methodOf, typeName } from "./type.ts";
import type { GoArrayValue, GoComplexValue, GoPointerValue, GoSliceValue, GoStructValue, GoValue } from "./value.ts";
import { isNil, pointee, unwrapped } from "./value.ts";

/** Addresses do not exist here; a pointer that Go would print as a number prints as this one. */
const anAddress = 0xc000000000n;

/** Prints values as Go's `fmt` does. One printer holds the flags of one verb. */
export class ValuePrinter {
  flags: FormatFlags = noFlags();
  /** While a wrong verb is reported, `Error` and `String` methods are not called. */
  #reporting = false;

  /** An argument of `print` or `printf`; undefined is nil. */
  argument(value: GoValue | undefined, verb: string): string {
    const concrete = unwrapped(value);
    if (!concrete) return verb === "T" || verb === "v" ? padded(this.flags, "<nil>") : `%!${verb}(<nil>)`;
    if (verb === "T") return formatString(this.flags, typeName(concrete.type));
    if (verb === "p") return this.#pointer(concrete, "p");
    if (concrete.kind === "slice" && concrete.type.element === goUint8) return this.#bytes(concrete, verb, "[]byte");
    return this.#byMethod(concrete, verb) ?? this.value(concrete, verb, 0);
  }

  /** A `reflect.Value` argument, as error messages print what they could not use. */
  reflected(value: GoValue | undefined, verb: string): string {
    if (!value) return "<invalid reflect.Value>";
    const concrete = unwrapped(value);
    return (concrete && this.#byMethod(concrete, verb)) ?? this.value(value, verb, 0);
  }

  /** `depth` 0 is the argument itself: its methods were tried already, and a pointer shows what it points to. */
  value(value: GoValue, verb: string, depth: number): string {
    if (depth > 0) {
      const concrete = unwrapped(value);
      const byMethod = concrete && this.#byMethod(concrete, verb);
      if (byMethod !== undefined) return byMethod;
    }
    switch (value.kind) {
      case "bool":
        return verb === "t" || verb === "v" ? padded(this.flags, String(value.value)) : this.#badVerb(value, verb);
      case "int":
      case "uint":
        return this.#integer(value, value.value, value.kind === "int", verb);
      case "float":
        if (!isFloatVerb(verb)) return this.#badVerb(value, verb);
        return formatFloatVerb(this.flags, value.value, value.type.bits === 32 ? 32 : 64, verb);
      case "complex":
        return this.#complex(value, verb);
      case "string":
        return this.#string(value.value, verb) ?? this.#badVerb(value, verb);
      case "map":
        return this.#map(value, verb, depth);
      case "struct":
        return this.#struct(value, verb, depth);
      case "interface":
        if (value.inner) return this.value(value.inner, verb, depth + 1);
        return this.flags.sharpV ? `${typeName(value.type)}(nil)` : "<nil>";
      case "array":
      case "slice":
        return this.#list(value, verb, depth);
      case "pointer":
        return this.#pointed(value, verb, depth);
      case "func":
        return this.#pointer(value, verb);
    }
  }

  #integer(value: GoValue, number: bigint, signed: boolean, verb: string): string {
    if (verb === "v" && this.flags.sharpV && !signed) return this.#hex(number, true);
    const base = integerBase(verb);
    if (base !== undefined) return formatInteger(this.flags, number, base, verb);
    if (verb === "c") return formatCharacter(this.flags, number);
    if (verb === "q") return formatQuotedCharacter(this.flags, number);
    return verb === "U" ? formatUnicode(this.flags, number) : this.#badVerb(value, verb);
  }

  #hex(value: bigint, sharp: boolean): string {
    return formatInteger({ ...this.flags, sharp }, value, 16, "v");
  }

  #complex(value: GoComplexValue, verb: string): string {
    if (!isFloatVerb(verb)) return this.#badVerb(value, verb);
    const size = value.type.bits === 64 ? 32 : 64;
    const re = formatFloatVerb(this.flags, value.value.re, size, verb);
    return `(${re}${formatFloatVerb({ ...this.flags, plus: true }, value.value.im, size, verb)}i)`;
  }

  #string(text: string, verb: string): string | undefined {
    if (verb === "s" || (verb === "v" && !this.flags.sharpV)) return formatString(this.flags, text);
    if (verb === "v" || verb === "q") return formatQuoted(this.flags, text);
    return verb === "x" || verb === "X" ? formatHexBytes(this.flags, text, verb) : undefined;
  }

  #bytes(list: GoSliceValue | GoArrayValue, verb: string, type: string): string {
    const bytes = Uint8Array.from(list.items ?? [], (item) => (item.kind === "uint" ? Number(item.value) : 0));
    if (verb === "v" || verb === "d") {
      const items = Array.from(bytes, (byte) =>
        this.flags.sharpV ? this.#hex(BigInt(byte), true) : formatInteger(this.flags, BigInt(byte), 10, verb),
      );
      if (!this.flags.sharpV) return `[${items.join(" ")}]`;
      return list.items === null ? `${type}(nil)` : `${type}{${items.join(", ")}}`;
    }
    if (verb === "x" || verb === "X") return formatHexBytes(this.flags, bytes, verb);
    if (verb === "s") return formatString(this.flags, fromBytes(bytes));
    if (verb === "q") return formatQuoted(this.flags, fromBytes(bytes));
    return this.value(list, verb, 0);
  }

  #list(list: GoSliceValue | GoArrayValue, verb: string, depth: number): string {
    const bytes = list.type.element.kind === "uint" && list.type.element.bits === 8;
    if (bytes && "sqxX".includes(verb)) return this.#bytes(list, verb, typeName(list.type));
    if (this.flags.sharpV && isNil(list)) return `${typeName(list.type)}(nil)`;
    const items = (list.items ?? []).map((item) => this.value(item, verb, depth + 1));
    return this.flags.sharpV ? `${typeName(list.type)}{${items.join(", ")}}` : `[${items.join(" ")}]`;
  }

  #map(map: GoValue & { kind: "map" }, verb: string, depth: number): string {
    const sharp = this.flags.sharpV;
    if (sharp && isNil(map)) return `${typeName(map.type)}(nil)`;
    const entries = sortedEntries(map).map(
      ([key, value]) => `${this.value(key, verb, depth + 1)}:${this.value(value, verb, depth + 1)}`,
    );
    return sharp ? `${typeName(map.type)}{${entries.join(", ")}}` : `map[${entries.join(" ")}]`;
  }

  #struct(struct: GoStructValue, verb: string, depth: number): string {
    const { plusV, sharpV } = this.flags;
    const fields = struct.fields.map((field, i) => {
      const name = plusV || sharpV ? `${struct.type.fields[i]?.name ?? ""}:` : "";
      const inner = field.kind === "interface" && field.inner ? field.inner : field;
      return name + this.value(inner, verb, depth + 1);
    });
    return `${sharpV ? struct.type.name : ""}{${fields.join(sharpV ? ", " : " ")}}`;
  }

  #pointed(pointer: GoPointerValue, verb: string, depth: number): string {
    const target = depth === 0 ? pointee(pointer) : undefined;
    const composite = target && ["array", "slice", "struct", "map"].includes(target.kind);
    return composite ? `&${this.value(target, verb, depth + 1)}` : this.#pointer(pointer, verb);
  }

  #pointer(value: GoValue, verb: string): string {
    if (!["func", "map", "pointer", "slice"].includes(value.kind)) return this.#badVerb(value, verb);
    const address = isNil(value) ? 0n : anAddress;
    if (verb === "v" && this.flags.sharpV) {
      return `(${typeName(value.type)})(${address === 0n ? "nil" : this.#hex(address, true)})`;
    }
    if (verb === "v" && address === 0n) return padded(this.flags, "<nil>");
    if (verb === "v" || verb === "p") return this.#hex(address, !this.flags.sharp);
    return "bodxX".includes(verb) ? this.#integer(value, address, false, verb) : this.#badVerb(value, verb);
  }

  #badVerb(value: GoValue, verb: string): string {
    this.#reporting = true;
    const text = `%!${verb}(${typeName(value.type)}=${this.argument(value, "v")})`;
    this.#reporting = false;
    return text;
  }

  /** What the value's own `Error` or `String` says, where the verb takes a string. */
  #byMethod(value: GoValue, verb: string): string | undefined {
    if (this.#reporting) return undefined;
    // `%w` is for wrapping errors, which printing never does.
    if (verb === "w") return this.#badVerb(value, verb);
    if (this.flags.sharpV || !"vsxXq".includes(verb)) return undefined;
    const method = methodOf(value.type, "Error") ?? methodOf(value.type, "String");
    if (!method) return undefined;
    const text = callForText(value, method);
    return text === undefined ? "<nil>" : (this.#string(text, verb) ?? "");
  }
}

/** Undefined where Go would follow a nil pointer. */
function callForText(value: GoValue, method: GoMethod): string | undefined {
  const receiver = value.kind === "pointer" && !method.onPointer ? pointee(value) : value;
  if (!receiver) return undefined;
  const outcome = method.call(receiver, []);
  return outcome.ok && outcome.value?.kind === "string" ? outcome.value.value : undefined;
}
