import { anonymous, namespace, prefix } from "./names.ts";
import { BadEnvelope, child, childrenNamed, childText, escapeXml, parseXml, type XmlElement } from "./xml.ts";

/** The headers of a request. */
export interface RequestHeader {
  readonly action: string;
  readonly resource: string;
  /** The address that the request is sent to. */
  readonly to: string;
  /** `uuid:` and an upper-case UUID. */
  readonly messageId: string;
  /** Bytes that an answer may have. */
  readonly maxEnvelopeSize: number;
  /** Milliseconds after which the server answers at the latest. */
  readonly operationTimeout: number;
  /** `ShellId`, for everything but Create. */
  readonly shellId?: string;
  readonly options?: Readonly<Record<string, string>>;
  /** `en-US` when not given. */
  readonly locale?: string;
}

const declared = (Object.keys(namespace) as (keyof typeof namespace)[])
  .filter((name) => name !== "identity" && name !== "fault")
  .map((name) => ` xmlns:${prefix[name]}="${namespace[name]}"`)
  .join("");

export function encodeRequestEnvelope(header: RequestHeader, body: string): string {
  const locale = escapeXml(header.locale ?? "en-US");
  const options = Object.entries(header.options ?? {})
    .map(([name, value]) => `<w:Option Name="${escapeXml(name)}">${escapeXml(value)}</w:Option>`)
    .join("");
  return [
    `<?xml version="1.0" encoding="utf-8"?><s:Envelope${declared}><s:Header>`,
    `<a:To>${escapeXml(header.to)}</a:To>`,
    `<a:ReplyTo><a:Address s:mustUnderstand="true">${anonymous}</a:Address></a:ReplyTo>`,
    `<w:MaxEnvelopeSize s:mustUnderstand="true">${header.maxEnvelopeSize}</w:MaxEnvelopeSize>`,
    `<a:MessageID>${escapeXml(header.messageId)}</a:MessageID>`,
    `<w:Locale s:mustUnderstand="false" xml:lang="${locale}"/><p:DataLocale s:mustUnderstand="false" xml:lang="${locale}"/>`,
    `<w:OperationTimeout>${encodeDuration(header.operationTimeout)}</w:OperationTimeout>`,
    `<w:ResourceURI s:mustUnderstand="true">${escapeXml(header.resource)}</w:ResourceURI>`,
    `<a:Action s:mustUnderstand="true">${escapeXml(header.action)}</a:Action>`,
    header.shellId === undefined
      ? ""
      : `<w:SelectorSet><w:Selector Name="ShellId">${escapeXml(header.shellId)}</w:Selector></w:SelectorSet>`,
    options === "" ? "" : `<w:OptionSet s:mustUnderstand="true">${options}</w:OptionSet>`,
    `</s:Header><s:Body>${body}</s:Body></s:Envelope>`,
  ].join("");
}

/** Throws `BadEnvelope`. */
export function decodeRequestEnvelope(text: string): { readonly header: RequestHeader; readonly body: XmlElement } {
  const { header, body } = parts(text);
  const selectors = childrenNamed(child(header, namespace.wsman, "SelectorSet"), namespace.wsman, "Selector");
  const shellId = selectors.find(({ attributes }) => attributes.Name?.toLowerCase() === "shellid")?.text.trim();
  const options: Record<string, string> = {};
  for (const option of childrenNamed(child(header, namespace.wsman, "OptionSet"), namespace.wsman, "Option")) {
    options[option.attributes.Name ?? ""] = option.text.trim();
  }
  const lang = child(header, namespace.wsman, "Locale")?.attributes["{http://www.w3.org/XML/1998/namespace}lang"];
  return {
    header: {
      action: needed(header, namespace.addressing, "Action"),
      resource: childText(header, namespace.wsman, "ResourceURI") ?? "",
      to: childText(header, namespace.addressing, "To") ?? "",
      messageId: childText(header, namespace.addressing, "MessageID") ?? "",
      maxEnvelopeSize: Number(childText(header, namespace.wsman, "MaxEnvelopeSize")) || 153_600,
      operationTimeout: decodeDuration(childText(header, namespace.wsman, "OperationTimeout") ?? "PT60S") ?? 60_000,
      ...(shellId !== undefined && { shellId }),
      options,
      ...(lang !== undefined && { locale: lang }),
    },
    body,
  };
}

export interface ResponseHeader {
  readonly action: string;
  /** Of this answer. */
  readonly messageId: string;
  /** The request's. */
  readonly relatesTo: string;
}

export function encodeResponseEnvelope(header: ResponseHeader, body: string): string {
  return [
    `<s:Envelope xml:lang="en-US"${declared}><s:Header>`,
    `<a:Action>${escapeXml(header.action)}</a:Action>`,
    `<a:MessageID>${escapeXml(header.messageId)}</a:MessageID>`,
    `<a:To>${anonymous}</a:To>`,
    `<a:RelatesTo>${escapeXml(header.relatesTo)}</a:RelatesTo>`,
    `</s:Header><s:Body>${body}</s:Body></s:Envelope>`,
  ].join("");
}

/** Lenient: there are servers that leave out headers, and even the body around what they say. Throws `BadEnvelope`. */
export function decodeResponseEnvelope(text: string): { readonly header: ResponseHeader; readonly body: XmlElement } {
  const { header, body } = parts(text, "lenient");
  return {
    header: {
      action: childText(header, namespace.addressing, "Action") ?? "",
      messageId: childText(header, namespace.addressing, "MessageID") ?? "",
      relatesTo: childText(header, namespace.addressing, "RelatesTo") ?? "",
    },
    body,
  };
}

function parts(text: string, how?: "lenient"): { readonly header: XmlElement | undefined; readonly body: XmlElement } {
  const root = parseXml(text.replace(/^\uFEFF/, ""));
  if (root.uri !== namespace.soap || root.local !== "Envelope") {
    throw new BadEnvelope(`expected a SOAP 1.2 envelope, not <${root.local}>`);
  }
  const body = child(root, namespace.soap, "Body") ?? (how === "lenient" ? root : undefined);
  if (!body) throw new BadEnvelope("the envelope has no body");
  return { header: child(root, namespace.soap, "Header"), body };
}

function needed(of: XmlElement | undefined, uri: string, local: string): string {
  const text = childText(of, uri, local);
  if (text === undefined) throw new BadEnvelope(`the header ${local} is missing`);
  return text;
}

/** `PT60S`, `PT0.5S`: milliseconds as an XML duration. */
export function encodeDuration(ms: number): string {
  return `PT${Number((ms / 1000).toFixed(3))}S`;
}

/** Milliseconds; undefined for what is no duration of days and smaller. */
export function decodeDuration(text: string): number | undefined {
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text.trim());
  if (!parts) return undefined;
  const [, days = "0", hours = "0", minutes = "0", seconds = "0"] = parts;
  return Math.round((((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000);
}
