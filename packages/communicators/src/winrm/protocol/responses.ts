import { decodeResponseEnvelope, encodeResponseEnvelope } from "./envelope.ts";
import { decodeFault, encodeFaultBody, type Fault } from "./fault.ts";
import { commandState, namespace, resource, responseAction } from "./names.ts";
import { decodeStream, encodeStream, type StreamPiece } from "./requests.ts";
import { BadEnvelope, child, childrenNamed, childText, escapeXml, type XmlElement } from "./xml.ts";

/** What the server answers. */
export type Response =
  | { readonly is: "create"; readonly shellId: string }
  | { readonly is: "command"; readonly commandId: string }
  | {
      readonly is: "receive";
      readonly streams: readonly StreamPiece[];
      readonly state?: {
        readonly commandId: string;
        readonly is: keyof typeof commandState;
        /** As the system has it: any 32 bits, also below zero. */
        readonly exitCode?: number;
      };
    }
  | { readonly is: "send" | "signal" | "delete" }
  /** Of the service's configuration, what matters here. */
  | { readonly is: "get"; readonly maxEnvelopeSizeKb?: number }
  | { readonly is: "fault"; readonly fault: Fault };

export interface ResponseAddressing {
  readonly messageId: string;
  readonly relatesTo: string;
  /** Of the server, as seen by the client: Create's answer names it. */
  readonly address?: string;
}

export function encodeResponse(response: Response, addressing: ResponseAddressing): string {
  return encodeResponseEnvelope(
    { ...addressing, action: responseAction[response.is] },
    encodeBody(response, addressing.address ?? ""),
  );
}

function encodeBody(response: Response, address: string): string {
  switch (response.is) {
    case "create": {
      const id = escapeXml(response.shellId);
      return [
        `<x:ResourceCreated><a:Address>${escapeXml(address)}</a:Address><a:ReferenceParameters>`,
        `<w:ResourceURI>${resource.cmd}</w:ResourceURI>`,
        `<w:SelectorSet><w:Selector Name="ShellId">${id}</w:Selector></w:SelectorSet>`,
        `</a:ReferenceParameters></x:ResourceCreated><rsp:Shell><rsp:ShellId>${id}</rsp:ShellId></rsp:Shell>`,
      ].join("");
    }
    case "command":
      return `<rsp:CommandResponse><rsp:CommandId>${escapeXml(response.commandId)}</rsp:CommandId></rsp:CommandResponse>`;
    case "receive":
      return `<rsp:ReceiveResponse>${response.streams.map(encodeStream).join("")}${encodeState(response.state)}</rsp:ReceiveResponse>`;
    case "send":
      return "<rsp:SendResponse/>";
    case "signal":
      return "<rsp:SignalResponse/>";
    case "get": {
      const size = response.maxEnvelopeSizeKb;
      return `<cfg:Config>${size === undefined ? "" : `<cfg:MaxEnvelopeSizekb>${size}</cfg:MaxEnvelopeSizekb>`}</cfg:Config>`;
    }
    case "delete":
      return "";
    case "fault":
      return encodeFaultBody(response.fault);
    default:
      return response satisfies never;
  }
}

function encodeState(state: Extract<Response, { is: "receive" }>["state"]): string {
  if (!state) return "";
  // An exit code is an unsigned number on the wire.
  const code = state.exitCode === undefined ? "" : `<rsp:ExitCode>${state.exitCode >>> 0}</rsp:ExitCode>`;
  return `<rsp:CommandState CommandId="${escapeXml(state.commandId)}" State="${commandState[state.is]}">${code}</rsp:CommandState>`;
}

/** What a server answered, whatever was asked. Throws `BadEnvelope` where it is no answer of a WinRM service. */
export function decodeResponse(text: string): Response {
  const { header, body } = decodeResponseEnvelope(text);
  const fault = child(body, namespace.soap, "Fault");
  if (fault) return { is: "fault", fault: decodeFault(fault) };
  const receive = child(body, namespace.shell, "ReceiveResponse");
  if (receive) return decodeReceive(receive);
  const command = child(body, namespace.shell, "CommandResponse");
  const commandId = childText(command ?? body, namespace.shell, "CommandId");
  if (command || commandId) return { is: "command", commandId: required(commandId, "CommandId") };
  if (child(body, namespace.shell, "SendResponse")) return { is: "send" };
  if (child(body, namespace.shell, "SignalResponse")) return { is: "signal" };
  const config = child(body, namespace.config, "Config");
  if (config) {
    const size = Number(childText(config, namespace.config, "MaxEnvelopeSizekb"));
    return { is: "get", ...(size > 0 && { maxEnvelopeSizeKb: size }) };
  }
  const created = child(body, namespace.transfer, "ResourceCreated");
  const shell = child(body, namespace.shell, "Shell");
  const shellId = childText(shell ?? body, namespace.shell, "ShellId") ?? selected(created);
  if (created || shell || shellId) return { is: "create", shellId: required(shellId, "ShellId") };
  const plain = (["send", "signal", "delete"] as const).find((one) => header.action === responseAction[one]);
  if (plain) return { is: plain };
  // Some servers answer Delete and Signal with a bare envelope.
  if (body.children.length === 0) return { is: "delete" };
  throw new BadEnvelope(`the answer holds <${body.children[0]?.local}>, which was not asked for`);
}

function selected(created: XmlElement | undefined): string | undefined {
  const parameters = child(created, namespace.addressing, "ReferenceParameters");
  const selectors = childrenNamed(child(parameters, namespace.wsman, "SelectorSet"), namespace.wsman, "Selector");
  return selectors.find(({ attributes }) => attributes.Name === "ShellId")?.text.trim();
}

function decodeReceive(receive: XmlElement): Response {
  const streams = childrenNamed(receive, namespace.shell, "Stream").map(decodeStream);
  const element = child(receive, namespace.shell, "CommandState");
  if (!element) return { is: "receive", streams };
  const last = element.attributes.State?.split("/").at(-1)?.toLowerCase();
  const code = childText(element, namespace.shell, "ExitCode");
  return {
    is: "receive",
    streams,
    state: {
      commandId: element.attributes.CommandId ?? "",
      is: last === "done" ? "done" : last === "pending" ? "pending" : "running",
      ...(code !== undefined && { exitCode: decodeExitCode(code) }),
    },
  };
}

/**
 * Packer reads the number as the 32 bits of a signed one would be on Windows: `exit -1` is 4294967295 on the wire. It stays as the server
 * wrote it, so that `valid_exit_codes` of existing templates mean what they meant.
 */
export function decodeExitCode(text: string): number {
  const number = /^-?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw new BadEnvelope(`"${text}" is no exit code`);
  return number;
}

function required(text: string | undefined, what: string): string {
  if (!text) throw new BadEnvelope(`the answer names no ${what}`);
  return text;
}
