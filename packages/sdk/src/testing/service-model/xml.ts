/** One element of an XML answer; attributes are not kept, text is unescaped. */
export interface XmlElement {
  readonly name: string;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

interface OpenElement {
  readonly name: string;
  readonly children: XmlElement[];
  text: string;
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(#x[0-9a-fA-F]+|#\d+|\w+);/g, (whole, name: string) => {
    if (name.startsWith("#x")) return String.fromCodePoint(Number.parseInt(name.slice(2), 16));
    if (name.startsWith("#")) return String.fromCodePoint(Number(name.slice(1)));
    const known = entities[name];
    if (known === undefined) throw new Error(`unknown XML entity ${whole}`);
    return known;
  });
}

/** Parses the XML that AWS services answer with (no DTD, no CDATA, no comments). Throws on anything malformed. */
export function parseXml(source: string): XmlElement {
  const token = /<\?[^>]*\?>|<\/([\w:.-]+)\s*>|<([\w:.-]+)((?:\s+[\w:.-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/y;
  const root: OpenElement = { name: "", children: [], text: "" };
  const open: OpenElement[] = [root];
  while (token.lastIndex < source.length) {
    const at = token.lastIndex;
    const match = token.exec(source);
    if (!match) throw new Error(`malformed XML at ${at}: ${source.slice(at, at + 40)}`);
    const [, closing, opening, , selfClosing, text] = match;
    const top = open.at(-1) as OpenElement;
    if (closing !== undefined) {
      if (open.length === 1 || top.name !== closing) throw new Error(`</${closing}> closes <${top.name}>`);
      open.pop();
    } else if (opening !== undefined) {
      const element: OpenElement = { name: opening, children: [], text: "" };
      top.children.push(element);
      if (selfClosing !== "/") open.push(element);
    } else if (text !== undefined) top.text += unescapeXml(text);
  }
  const [document, ...rest] = root.children;
  if (open.length !== 1 || !document || rest.length > 0)
    throw new Error("an XML document has exactly one closed root element");
  return document;
}

/** The first child of that name. */
export function childNamed(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name);
}
