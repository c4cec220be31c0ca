/**
 * An answer under the names that travel. Members that are undefined are left out; lists become `item` (EC2) or `member`
 * (IAM, STS) elements.
 */
export type Wire = string | number | boolean | Date | undefined | readonly Wire[] | WireObject;
export interface WireObject {
  readonly [name: string]: Wire;
}

const unprintable = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;
const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;" };

function escapeText(text: string): string {
  return text.replace(unprintable, "�").replace(/[&<>\r]/g, (character) => escapes[character] as string);
}

function element(name: string, content: string): string {
  return content === "" ? `<${name}/>` : `<${name}>${content}</${name}>`;
}

function isList(value: Wire): value is readonly Wire[] {
  return Array.isArray(value);
}

function content(value: Wire, listElement: string): string {
  if (value === undefined) return "";
  if (isList(value)) return value.map((inner) => element(listElement, content(inner, listElement))).join("");
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== "object") return escapeText(String(value));
  return members(value, listElement);
}

function members(object: WireObject, listElement: string): string {
  return Object.entries(object)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => element(name, content(value, listElement)))
    .join("");
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** An XML document with one root element of a namespace. */
export function xmlDocument(
  root: string,
  namespace: string | undefined,
  body: WireObject,
  listElement: "item" | "member",
): string {
  const open = namespace === undefined ? root : `${root} xmlns="${namespace}"`;
  return `${declaration}<${open}>${members(body, listElement)}</${root}>`;
}
