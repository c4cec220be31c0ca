import { SaxesParser } from "saxes";

/** An element of a parsed document. Comments and processing instructions are left out; text is gathered in order. */
export interface XmlElement {
  readonly uri: string;
  readonly local: string;
  /** By `local` for attributes without a namespace, `{uri}local` for others. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** All the character data directly inside. */
  readonly text: string;
}

/** What arrived is not well-formed XML, or not the message that was expected. */
export class BadEnvelope extends Error {
  static {
    this.prototype.name = "BadEnvelope";
  }
}

interface Open {
  uri: string;
  local: string;
  attributes: Record<string, string>;
  children: Open[];
  text: string;
}

/** Deeper than any message: what nests further is an attack or noise. */
const deepest = 100;

/** Rejects document types: WS-Management messages have none, and entities in them are a danger. Throws `BadEnvelope`. */
export function parseXml(text: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true });
  const open: Open[] = [];
  let root: Open | undefined;
  const addText = (data: string): void => {
    const at = open.at(-1);
    if (at) at.text += data;
  };
  parser.on("error", (error) => {
    throw new BadEnvelope(`not XML: ${error.message}`);
  });
  parser.on("doctype", () => {
    throw new BadEnvelope("a document type is not allowed in a message");
  });
  parser.on("opentag", ({ uri, local, attributes }) => {
    if (open.length >= deepest) throw new BadEnvelope("the message nests too deeply");
    const element: Open = { uri, local, attributes: {}, children: [], text: "" };
    for (const one of Object.values(attributes)) {
      element.attributes[one.uri === "" ? one.local : `{${one.uri}}${one.local}`] = one.value;
    }
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", () => void open.pop());
  parser.write(text).close();
  if (!root) throw new BadEnvelope("the message is empty");
  return root;
}

export function child(of: XmlElement | undefined, uri: string, local: string): XmlElement | undefined {
  return of?.children.find((one) => one.uri === uri && one.local === local);
}

export function childrenNamed(of: XmlElement | undefined, uri: string, local: string): readonly XmlElement[] {
  return of?.children.filter((one) => one.uri === uri && one.local === local) ?? [];
}

/** The trimmed text of a child; undefined where there is no such child. */
export function childText(of: XmlElement | undefined, uri: string, local: string): string | undefined {
  return child(of, uri, local)?.text.trim();
}

/** For text and attribute values. Characters that XML 1.0 cannot hold become U+FFFD; line ends keep their form. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"\r]/g, (char) => entities[char] ?? char).replace(notXml, "\uFFFD");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#13;",
};
const notXml =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
