import { Buffer } from "node:buffer";
import {
  decodeDuration,
  decodeRequestEnvelope,
  encodeDuration,
  encodeRequestEnvelope,
  type RequestHeader,
} from "./envelope.ts";
import { action, namespace, resource } from "./names.ts";
import { BadEnvelope, child, childrenNamed, childText, escapeXml, type XmlElement } from "./xml.ts";

/** What a client of a command shell may ask. Source: [MS-WSMV] 3.1.4. */
export type Request =
  | {
      readonly is: "create";
      readonly inputStreams: readonly string[];
      readonly outputStreams: readonly string[];
      readonly workingDirectory?: string;
      readonly environment?: Readonly<Record<string, string>>;
      /** Milliseconds without a request after which the server may remove the shell. */
      readonly idleTimeout?: number;
    }
  | { readonly is: "delete" }
  | { readonly is: "command"; readonly command: string; readonly arguments: readonly string[] }
  | { readonly is: "send"; readonly streams: readonly StreamPiece[] }
  | { readonly is: "receive"; readonly commandId?: string; readonly streams: readonly string[] }
  | { readonly is: "signal"; readonly commandId: string; readonly code: string }
  /** The service's configuration (`winrm/config`). */
  | { readonly is: "get" };

/** A piece of standard input, standard output or standard error. */
export interface StreamPiece {
  readonly name: string;
  readonly commandId?: string;
  readonly bytes: Uint8Array;
  /** Nothing follows on this stream. */
  readonly end?: boolean;
}

/** What the caller says about a message besides what it asks; the action follows from the request. */
export type Addressing = Omit<RequestHeader, "action" | "resource">;

export function encodeRequest(request: Request, addressing: Addressing): string {
  const header = {
    ...addressing,
    action: action[request.is],
    resource: request.is === "get" ? resource.config : resource.cmd,
  };
  return encodeRequestEnvelope(header, encodeBody(request));
}

function encodeBody(request: Request): string {
  switch (request.is) {
    case "create":
      return `<rsp:Shell>${[
        request.workingDirectory === undefined
          ? ""
          : `<rsp:WorkingDirectory>${escapeXml(request.workingDirectory)}</rsp:WorkingDirectory>`,
        encodeEnvironment(request.environment ?? {}),
        request.idleTimeout === undefined
          ? ""
          : `<rsp:IdleTimeOut>${encodeDuration(request.idleTimeout)}</rsp:IdleTimeOut>`,
        `<rsp:InputStreams>${escapeXml(request.inputStreams.join(" "))}</rsp:InputStreams>`,
        `<rsp:OutputStreams>${escapeXml(request.outputStreams.join(" "))}</rsp:OutputStreams>`,
      ].join("")}</rsp:Shell>`;
    case "command":
      return `<rsp:CommandLine><rsp:Command>${escapeXml(request.command)}</rsp:Command>${request.arguments
        .map((one) => `<rsp:Arguments>${escapeXml(one)}</rsp:Arguments>`)
        .join("")}</rsp:CommandLine>`;
    case "send":
      return `<rsp:Send>${request.streams.map(encodeStream).join("")}</rsp:Send>`;
    case "receive": {
      const id = request.commandId === undefined ? "" : ` CommandId="${escapeXml(request.commandId)}"`;
      return `<rsp:Receive><rsp:DesiredStream${id}>${escapeXml(request.streams.join(" "))}</rsp:DesiredStream></rsp:Receive>`;
    }
    case "signal":
      return `<rsp:Signal CommandId="${escapeXml(request.commandId)}"><rsp:Code>${escapeXml(request.code)}</rsp:Code></rsp:Signal>`;
    case "delete":
    case "get":
      return "";
    default:
      return request satisfies never;
  }
}

function encodeEnvironment(environment: Readonly<Record<string, string>>): string {
  const variables = Object.entries(environment)
    .map(([name, value]) => `<rsp:Variable Name="${escapeXml(name)}">${escapeXml(value)}</rsp:Variable>`)
    .join("");
  return variables === "" ? "" : `<rsp:Environment>${variables}</rsp:Environment>`;
}

export function encodeStream({ name, commandId, bytes, end }: StreamPiece): string {
  const attributes = [
    ` Name="${escapeXml(name)}"`,
    commandId === undefined ? "" : ` CommandId="${escapeXml(commandId)}"`,
    end ? ` End="true"` : "",
  ].join("");
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  return `<rsp:Stream${attributes}>${base64}</rsp:Stream>`;
}

export function decodeStream(element: XmlElement): StreamPiece {
  const { Name, CommandId, End } = element.attributes;
  return {
    name: Name ?? "",
    ...(CommandId !== undefined && { commandId: CommandId }),
    bytes: Buffer.from(element.text, "base64"),
    ...((End?.toLowerCase() === "true" || End === "1") && { end: true }),
  };
}

/** What a client sent. Throws `BadEnvelope` for anything that is no request of a command shell. */
export function decodeRequest(text: string): { readonly header: RequestHeader; readonly request: Request } {
  const { header, body } = decodeRequestEnvelope(text);
  return { header, request: decodeBody(header.action, body) };
}

function decodeBody(wanted: string, body: XmlElement): Request {
  const inside = (local: string): XmlElement => {
    const element = child(body, namespace.shell, local);
    if (!element) throw new BadEnvelope(`the body has no ${local}`);
    return element;
  };
  const words = (text: string | undefined): readonly string[] => (text ?? "").split(/\s+/).filter((one) => one !== "");
  switch (wanted) {
    case action.create: {
      const shell = inside("Shell");
      const workingDirectory = childText(shell, namespace.shell, "WorkingDirectory");
      const idle = childText(shell, namespace.shell, "IdleTimeOut");
      const idleTimeout = idle === undefined ? undefined : decodeDuration(idle);
      const variables = childrenNamed(child(shell, namespace.shell, "Environment"), namespace.shell, "Variable");
      return {
        is: "create",
        inputStreams: words(childText(shell, namespace.shell, "InputStreams")),
        outputStreams: words(childText(shell, namespace.shell, "OutputStreams")),
        ...(workingDirectory && { workingDirectory }),
        ...(variables.length > 0 && {
          environment: Object.fromEntries(variables.map(({ attributes, text }) => [attributes.Name ?? "", text])),
        }),
        ...(idleTimeout !== undefined && { idleTimeout }),
      };
    }
    case action.command: {
      const line = inside("CommandLine");
      return {
        is: "command",
        command: child(line, namespace.shell, "Command")?.text ?? "",
        arguments: childrenNamed(line, namespace.shell, "Arguments").map(({ text }) => text),
      };
    }
    case action.send:
      return { is: "send", streams: childrenNamed(inside("Send"), namespace.shell, "Stream").map(decodeStream) };
    case action.receive: {
      const desired = child(inside("Receive"), namespace.shell, "DesiredStream");
      const commandId = desired?.attributes.CommandId;
      return { is: "receive", streams: words(desired?.text), ...(commandId !== undefined && { commandId }) };
    }
    case action.signal: {
      const signal = inside("Signal");
      return {
        is: "signal",
        commandId: signal.attributes.CommandId ?? "",
        code: childText(signal, namespace.shell, "Code") ?? "",
      };
    }
    case action.delete:
      return { is: "delete" };
    case action.get:
      return { is: "get" };
    default:
      throw new BadEnvelope(`no such action: ${wanted}`);
  }
}
