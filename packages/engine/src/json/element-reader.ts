import { type Diagnostic, parseGoDuration } from "@kiln/sdk";
import { problemAt } from "./diagnose.ts";
import { badDuration, nanoseconds } from "./durations.ts";
import { foldedMember } from "./fields.ts";
import type { NameUse, RawMeta } from "./json-component.ts";
import type { JsonNode, Member, ObjectNode } from "./node.ts";
import type { SourceText } from "./source-text.ts";
import { type Converted, durationRefusal, notAList, notAMap, unconvertible, weakString } from "./weak.ts";

/** A text, and where it stands. */
export interface ReadText {
  readonly text: string;
  readonly node: JsonNode;
}

/**
 * Reads the members of one element that the engine acts on, and collects what is wrong with them. Packer decodes builders and
 * provisioners loosely (a number may be a name) and post-processors strictly; so does this.
 */
export class ElementReader {
  readonly found: Diagnostic[] = [];
  readonly node: ObjectNode;
  private readonly source: SourceText;
  private readonly label: string;

  constructor(source: SourceText, label: string, node: ObjectNode) {
    this.source = source;
    this.label = label;
    this.node = node;
  }

  /** Exact name first, then any spelling by case, as mapstructure finds it; null counts as not given. */
  private find(name: string): Member | undefined {
    const at = foldedMember(this.node, name);
    return at && at.value.kind === "literal" && at.value.value === null ? undefined : at;
  }

  refuse(node: JsonNode, refusal: string): void {
    this.found.push(problemAt(this.source, node, "template/wrong-type", `${this.label}: ${refusal}`));
  }

  private take<T>(node: JsonNode, converted: Converted<T>): T | undefined {
    if ("value" in converted) return converted.value;
    this.refuse(node, converted.refusal);
    return undefined;
  }

  text(name: string, shown: string, weak: boolean): ReadText | undefined {
    const node = this.find(name)?.value;
    if (!node) return undefined;
    const strict = node.kind === "string" ? { value: node.value } : unconvertible(node, shown, "string");
    const text = this.take(node, weak ? weakString(node, shown) : strict);
    return text === undefined ? undefined : { text, node };
  }

  names(name: string, shown: string, weak: boolean): readonly NameUse[] | undefined {
    const node = this.find(name)?.value;
    if (!node) return undefined;
    if (node.kind !== "array" && !weak) {
      this.refuse(node, notAList(node, shown).refusal);
      return undefined;
    }
    if (node.kind === "object" && node.members.length === 0) return [];
    const items = node.kind === "array" ? node.items : [node];
    return items.flatMap((item, i) => {
      const element = `${shown}[${i}]`;
      const strict = item.kind === "string" ? { value: item.value } : unconvertible(item, element, "string");
      const text = this.take(item, weak ? weakString(item, element) : strict);
      return text === undefined ? [] : [{ name: text, start: item.start, end: item.end }];
    });
  }

  /** Milliseconds. A bare number is nanoseconds, as in Go. */
  duration(name: string): number | undefined {
    const node = this.find(name)?.value;
    if (!node) return undefined;
    if (node.kind === "number") {
      this.found.push(nanoseconds(this.source, node, name));
      return Math.trunc(node.value) / 1e6;
    }
    if (node.kind !== "string") {
      this.refuse(node, unconvertible(node, name, "time.Duration").refusal);
      return undefined;
    }
    const value = parseGoDuration(node.value);
    if (value !== undefined) return Number(value) / 1e6;
    this.found.push(badDuration(this.source, node, `${this.label}: ${durationRefusal(node.value, name)}`));
    return undefined;
  }

  overrides(): RawMeta["override"] {
    const node = this.find("override")?.value;
    if (!node) return undefined;
    if (node.kind === "object")
      return node.members.map((m) => ({ use: { name: m.key, start: m.keyStart, end: m.keyEnd }, node: m.value }));
    this.refuse(node, notAMap(node, "Override").refusal);
    return undefined;
  }

  flag(name: string): boolean | undefined {
    const node = this.find(name)?.value;
    if (!node) return undefined;
    if (node.kind === "literal" && node.value !== null) return node.value;
    this.refuse(node, unconvertible(node, name, "bool").refusal);
    return undefined;
  }
}
