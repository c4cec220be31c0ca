import { namespace } from "./names.ts";
import { child, childText, escapeXml, type XmlElement } from "./xml.ts";

/** A refusal of the service, sent with HTTP status 500. Source: DSP0226 §14, [MS-WSMV] 2.2.4.44. */
export interface Fault {
  /** `Sender` or `Receiver`. */
  readonly code: string;
  /** Without its prefix: `TimedOut`, `AccessDenied`, `InvalidSelectors`, … */
  readonly subcode: string;
  readonly reason: string;
  /** WSManFault's Code: Windows' number for what went wrong. */
  readonly wsmanCode?: number;
  /** WSManFault's message, which says more than the reason; absent where it repeats it. */
  readonly detail?: string;
}

/** The numbers of WSManFault that a client acts on. Source: WSManFault codes in winerror/wsmerror. */
export const wsmanFaultCode = {
  /** Nothing was ready within OperationTimeout: ask again. */
  operationTimeout: 2150858793,
  /** The shell or command is not there (any more). */
  shellNotFound: 2150858843,
  /** Too many shells of this user, or operations at once. */
  quotaShells: 2150859173,
  quotaOperations: 2150859174,
  /** The message is longer than MaxEnvelopeSizekb. */
  envelopeTooLarge: 2150858817,
  /** ERROR_ACCESS_DENIED. */
  accessDenied: 5,
  /** ERROR_OPERATION_ABORTED: the command or the shell was ended from elsewhere. */
  aborted: 995,
  /** ERROR_SHUTDOWN_IN_PROGRESS. */
  shuttingDown: 1115,
} as const;

const addressingSubcodes = new Set(["ActionNotSupported", "DestinationUnreachable", "InvalidMessageInformationHeader"]);

export function encodeFaultBody(fault: Fault): string {
  const subcode = `${addressingSubcodes.has(fault.subcode) ? "a" : "w"}:${escapeXml(fault.subcode)}`;
  const code = fault.wsmanCode;
  const detail =
    code === undefined
      ? ""
      : `<s:Detail><f:WSManFault xmlns:f="${namespace.fault}" Code="${code}" Machine="localhost"><f:Message>${escapeXml(
          fault.detail ?? fault.reason,
        )}</f:Message></f:WSManFault></s:Detail>`;
  return [
    `<s:Fault><s:Code><s:Value>s:${escapeXml(fault.code)}</s:Value>`,
    `<s:Subcode><s:Value>${subcode}</s:Value></s:Subcode></s:Code>`,
    `<s:Reason><s:Text xml:lang="en-US">${escapeXml(fault.reason)}</s:Text></s:Reason>${detail}</s:Fault>`,
  ].join("");
}

export function decodeFault(element: XmlElement): Fault {
  const code = child(element, namespace.soap, "Code");
  const wsman = child(child(element, namespace.soap, "Detail"), namespace.fault, "WSManFault");
  const number = Number(wsman?.attributes.Code);
  const reason = childText(child(element, namespace.soap, "Reason"), namespace.soap, "Text") ?? "";
  const message = child(wsman, namespace.fault, "Message");
  const detail = message === undefined ? "" : allText(message).replace(/\s+/g, " ").trim();
  return {
    code: bare(childText(code, namespace.soap, "Value")),
    subcode: bare(childText(child(code, namespace.soap, "Subcode"), namespace.soap, "Value")),
    reason,
    ...(Number.isSafeInteger(number) && wsman?.attributes.Code !== undefined && { wsmanCode: number >>> 0 }),
    ...(detail !== "" && detail !== reason && { detail }),
  };
}

/** Messages of providers nest: `Message/ProviderFault/…`. */
function allText({ text, children }: XmlElement): string {
  return [text, ...children.map(allText)].join(" ");
}

function bare(qualified: string | undefined): string {
  return qualified?.split(":").at(-1) ?? "";
}
