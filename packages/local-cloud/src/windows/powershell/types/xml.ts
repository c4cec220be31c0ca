import { Refusal } from "../../system/refusal.ts";
import { text } from "../values/convert.ts";
import { failure } from "../values/errors.ts";
import { NetObject, type Value } from "../values/value.ts";

/**
 * A System.Xml.XmlDocument, as much of it as scripts need that write the XML of a scheduled task: the text, and the removal of an
 * element that a plain path names.
 */
export class XmlDocument extends NetObject {
  readonly typeName = "System.Xml.XmlDocument";
  source: string;
  constructor(source: string) {
    super();
    const body = source.replace(/^\ufeff?\s*/, "");
    const root = /^(?:<\?[\s\S]*?\?>|<!--[\s\S]*?-->|\s)*<([\w:.-]+)[\s>/]/.exec(body)?.[1];
    if (root === undefined || !new RegExp(`</${root}\\s*>\\s*$|/>\\s*$`).test(body))
      throw failure(
        "InvalidCastToXmlDocument",
        `Cannot convert value "${source.slice(0, 60)}" to type "System.Xml.XmlDocument". Error: "The specified node cannot be inserted as the valid child of this node, because the specified node is the wrong type."`,
      );
    this.source = body;
  }
  override text(): string {
    return "System.Xml.XmlDocument";
  }
  override get(name: string): Value | undefined {
    switch (name.toLowerCase()) {
      case "outerxml":
      case "innerxml":
        return this.source;
      case "nametable":
        return new Named("System.Xml.NameTable", {});
      case "documentelement":
        return new Named("System.Xml.XmlElement", { NamespaceURI: /\sxmlns="([^"]*)"/.exec(this.source)?.[1] ?? "" });
      default:
        throw new Refusal(`the property ${name} of XML documents`);
    }
  }
  override call(name: string, args: readonly Value[]): Value | undefined {
    if (name !== "selectsinglenode") throw new Refusal(`the method ${name} of XML documents`);
    const path = text(args[0] ?? null);
    if (!/^(?:\/[\w:]+)+$/.test(path)) throw new Refusal(`the XPath expression "${path}"`);
    const tag = (path.split("/").at(-1) ?? "").replace(/^\w+:/, "");
    const found = new RegExp(`<${tag}(?:\\s[^>]*)?(?:/>|>[\\s\\S]*?</${tag}>)`).exec(this.source);
    return found ? new XmlNode(this, found[0]) : null;
  }
}

class XmlNode extends NetObject {
  readonly typeName = "System.Xml.XmlElement";
  readonly source: string;
  readonly #document: XmlDocument;
  constructor(document: XmlDocument, source: string) {
    super();
    this.#document = document;
    this.source = source;
  }
  override get(name: string): Value | undefined {
    if (name.toLowerCase() === "outerxml") return this.source;
    if (name.toLowerCase() === "parentnode") return new XmlParent(this.#document);
    throw new Refusal(`the property ${name} of XML elements`);
  }
}

class XmlParent extends NetObject {
  readonly typeName = "System.Xml.XmlElement";
  readonly #document: XmlDocument;
  constructor(document: XmlDocument) {
    super();
    this.#document = document;
  }
  override call(name: string, args: readonly Value[]): Value | undefined {
    const [node = null] = args;
    if (name !== "removechild" || !(node instanceof XmlNode)) throw new Refusal(`the method ${name} of XML elements`);
    this.#document.source = this.#document.source.replace(node.source, "");
    return node;
  }
}

/** An object of which nothing but some values is known. */
class Named extends NetObject {
  readonly typeName: string;
  readonly #values: Readonly<Record<string, Value>>;
  constructor(typeName: string, values: Readonly<Record<string, Value>>) {
    super();
    this.typeName = typeName;
    this.#values = values;
  }
  override get(name: string): Value | undefined {
    return Object.entries(this.#values).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
  }
  override call(name: string): Value | undefined {
    return name === "addnamespace" ? null : undefined;
  }
}

export function namespaceManager(): NetObject {
  return new Named("System.Xml.XmlNamespaceManager", {});
}
