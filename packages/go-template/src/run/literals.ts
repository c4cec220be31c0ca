import type { GoType } from "../go/type.ts";
import { typeName } from "../go/type.ts";
import { boolValue, complexValue, floatValue, intValue, stringValue } from "../go/value.ts";
import type { NumberNode, OperandNode } from "../syntax/ast.ts";
import { printNode } from "../syntax/print.ts";
import type { Fitted } from "./conversion.ts";

/** A literal where nothing says which type it should have: how it is written decides. */
export function idealConstant(node: OperandNode): Fitted {
  if (node.kind === "bool") return { value: boolValue(node.value) };
  if (node.kind === "string") return { value: stringValue(node.value) };
  if (node.kind === "number") return idealNumber(node);
  return { error: `can't handle assignment of ${printNode(node)} to empty interface argument` };
}

function idealNumber({ source, constant }: NumberNode): Fitted {
  if (constant.complex) return { value: complexValue(constant.complex) };
  const isHex = /^0[xX]./.test(source) && !/[pP]/.test(source);
  if (constant.float !== undefined && !isHex && !source.startsWith("'") && /[.eEpP]/.test(source)) {
    return { value: floatValue(constant.float) };
  }
  if (constant.int !== undefined) return { value: intValue(constant.int) };
  return constant.uint === undefined ? { value: undefined } : { error: `${source} overflows int` };
}

/** A literal for a parameter of that type. */
export function typedLiteral(node: OperandNode, type: GoType | undefined): Fitted {
  const expected = (what: string): Fitted => ({ error: `expected ${what}; found ${printNode(node)}` });
  const constant = node.kind === "number" ? node.constant : {};
  switch (type?.kind) {
    case "bool":
      return node.kind === "bool" ? { value: { ...boolValue(node.value), type } } : expected("bool");
    case "string":
      return node.kind === "string" ? { value: stringValue(node.value, type) } : expected("string");
    case "int":
      if (constant.int === undefined) return expected("integer");
      return { value: intValue(BigInt.asIntN(type.bits, constant.int), type) };
    case "uint":
      if (constant.uint === undefined) return expected("unsigned integer");
      return { value: intValue(BigInt.asUintN(type.bits, constant.uint), type) };
    case "float":
      if (constant.float === undefined) return expected("float");
      return { value: floatValue(type.bits === 32 ? Math.fround(constant.float) : constant.float, type) };
    case "complex":
      return constant.complex ? { value: complexValue(constant.complex) } : expected("complex");
    case "reflect":
      return idealConstant(node);
    case "interface":
      if (type.name === "") return idealConstant(node);
      break;
    default:
  }
  return { error: `can't handle ${printNode(node)} for arg of type ${type ? typeName(type) : "nil"}` };
}
