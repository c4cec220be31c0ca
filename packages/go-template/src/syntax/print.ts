import { goQuote } from "@kiln/sdk";
import type { AnyNode, OperandNode, PipeNode } from "./ast.ts";

/** The node as Go writes it in messages, between `<` and `>`. */
export function printNode(node: AnyNode): string {
  switch (node.kind) {
    case "text":
      return node.text;
    case "action":
      return `{{${printPipe(node.pipe)}}}`;
    case "if":
    case "with":
    case "range": {
      const otherwise = node.otherwise ? `{{else}}${node.otherwise.map(printNode).join("")}` : "";
      return `{{${node.kind} ${printPipe(node.pipe)}}}${node.body.map(printNode).join("")}${otherwise}{{end}}`;
    }
    case "template":
      return `{{template ${goQuote(node.name)}${node.pipe ? ` ${printPipe(node.pipe)}` : ""}}}`;
    case "break":
    case "continue":
      return `{{${node.kind}}}`;
    case "command":
      return node.args.map(printArgument).join(" ");
    default:
      return printOperand(node);
  }
}

const printArgument = (node: OperandNode): string =>
  node.kind === "pipe" ? `(${printPipe(node)})` : printOperand(node);

function printOperand(node: OperandNode): string {
  switch (node.kind) {
    case "field":
      return `.${node.names.join(".")}`;
    case "variable":
      return node.names.join(".");
    case "chain":
      return `${printArgument(node.operand)}.${node.names.join(".")}`;
    case "identifier":
      return node.name;
    case "dot":
      return ".";
    case "nil":
      return "nil";
    case "bool":
      return String(node.value);
    case "number":
    case "string":
      return node.source;
    case "pipe":
      return printPipe(node);
  }
}

function printPipe(pipe: PipeNode): string {
  const names = pipe.declarations.map(printOperand).join(", ");
  const declares = names === "" ? "" : `${names} ${pipe.isAssignment ? "=" : ":="} `;
  return declares + pipe.commands.map(printNode).join(" | ");
}
