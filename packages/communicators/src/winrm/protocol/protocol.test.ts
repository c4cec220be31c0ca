import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { decodeDuration, encodeDuration } from "./envelope.ts";
import { wsmanFaultCode } from "./fault.ts";
import { decodeRequest, encodeRequest, type Request } from "./requests.ts";
import { decodeResponse, encodeResponse, type Response } from "./responses.ts";
import { escapeXml, parseXml } from "./xml.ts";

const addressing = {
  to: "http://192.0.2.1:5985/wsman",
  messageId: "uuid:6F9619FF-8B86-D011-B42D-00C04FC964FF",
  maxEnvelopeSize: 153_600,
  operationTimeout: 60_000,
};
const every = Buffer.from(Array.from({ length: 256 }, (_, i) => i));

describe("requests", () => {
  const requests: readonly Request[] = [
    { is: "create", inputStreams: ["stdin"], outputStreams: ["stdout", "stderr"] },
    {
      is: "create",
      inputStreams: ["stdin"],
      outputStreams: ["stdout"],
      workingDirectory: "C:\\a & b",
      environment: { A: "1", B: '<"x">' },
      idleTimeout: 7_200_000,
    },
    { is: "command", command: `echo "a" 'b' <c> & %d% ^e  `, arguments: ["one two", "&"] },
    { is: "send", streams: [{ name: "stdin", commandId: "C-1", bytes: every, end: true }] },
    { is: "receive", commandId: "C-1", streams: ["stdout", "stderr"] },
    { is: "signal", commandId: "C-1", code: "http://x/terminate" },
    { is: "delete" },
    { is: "get" },
  ];
  for (const request of requests) {
    it(`${request.is} comes out as it went in`, () => {
      const shell = request.is === "create" || request.is === "get" ? {} : { shellId: "S-1" };
      const text = encodeRequest(request, { ...addressing, ...shell, options: { WINRS_CODEPAGE: "65001" } });
      const { header, request: decoded } = decodeRequest(text);
      expect(decoded).toEqual(request);
      expect(header).toMatchObject({ ...addressing, ...shell, options: { WINRS_CODEPAGE: "65001" }, locale: "en-US" });
    });
  }
  it("are bytes that do not change by accident", () => {
    const text = encodeRequest(
      { is: "command", command: "hostname", arguments: [] },
      { ...addressing, shellId: "S-1", options: { WINRS_CONSOLEMODE_STDIN: "TRUE" } },
    );
    expect(text).toMatchInlineSnapshot(
      `"<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd" xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer" xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell" xmlns:cfg="http://schemas.microsoft.com/wbem/wsman/1/config"><s:Header><a:To>http://192.0.2.1:5985/wsman</a:To><a:ReplyTo><a:Address s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo><w:MaxEnvelopeSize s:mustUnderstand="true">153600</w:MaxEnvelopeSize><a:MessageID>uuid:6F9619FF-8B86-D011-B42D-00C04FC964FF</a:MessageID><w:Locale s:mustUnderstand="false" xml:lang="en-US"/><p:DataLocale s:mustUnderstand="false" xml:lang="en-US"/><w:OperationTimeout>PT60S</w:OperationTimeout><w:ResourceURI s:mustUnderstand="true">http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd</w:ResourceURI><a:Action s:mustUnderstand="true">http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Command</a:Action><w:SelectorSet><w:Selector Name="ShellId">S-1</w:Selector></w:SelectorSet><w:OptionSet s:mustUnderstand="true"><w:Option Name="WINRS_CONSOLEMODE_STDIN">TRUE</w:Option></w:OptionSet></s:Header><s:Body><rsp:CommandLine><rsp:Command>hostname</rsp:Command></rsp:CommandLine></s:Body></s:Envelope>"`,
    );
  });
});

describe("answers", () => {
  const answers: readonly Response[] = [
    { is: "create", shellId: "S-1" },
    { is: "command", commandId: "C-1" },
    {
      is: "receive",
      streams: [
        { name: "stdout", commandId: "C-1", bytes: every },
        { name: "stderr", commandId: "C-1", bytes: Buffer.alloc(0), end: true },
      ],
    },
    { is: "receive", streams: [], state: { commandId: "C-1", is: "done", exitCode: 3_221_225_477 } },
    { is: "receive", streams: [], state: { commandId: "C-1", is: "running" } },
    { is: "send" },
    { is: "signal" },
    { is: "delete" },
    { is: "get", maxEnvelopeSizeKb: 500 },
    {
      is: "fault",
      fault: {
        code: "Receiver",
        subcode: "TimedOut",
        reason:
          "The WS-Management service cannot complete the operation within the time specified in OperationTimeout.",
        wsmanCode: wsmanFaultCode.operationTimeout,
      },
    },
    {
      is: "fault",
      fault: { code: "Sender", subcode: "AccessDenied", reason: "Access is denied.", wsmanCode: 5, detail: "no" },
    },
  ];
  for (const answer of answers) {
    it(`${answer.is} comes out as it went in`, () => {
      expect(decodeResponse(encodeResponse(answer, { messageId: "uuid:1", relatesTo: "uuid:2" }))).toEqual(answer);
    });
  }
  it("carry exit codes below zero as Windows does", () => {
    const answer = { is: "receive", streams: [], state: { commandId: "C", is: "done", exitCode: -1 } } as const;
    const text = encodeResponse(answer, { messageId: "", relatesTo: "" });
    expect(text).toContain("<rsp:ExitCode>4294967295</rsp:ExitCode>");
    expect(decodeResponse(text)).toMatchObject({ state: { exitCode: 4_294_967_295 } });
    expect(decodeResponse(text.replace("4294967295", "-1073741510"))).toMatchObject({
      state: { exitCode: -1_073_741_510 },
    });
  });
  it("of other servers are read whatever their prefixes", () => {
    const text =
      '<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope" xmlns="http://schemas.microsoft.com/wbem/wsman/1/windows/shell">' +
      '<env:Body><ReceiveResponse><Stream Name="stdout" CommandId="1">aGk=</Stream><CommandState CommandId="1" ' +
      'State="http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Done"><ExitCode>7</ExitCode></CommandState>' +
      "</ReceiveResponse></env:Body></env:Envelope>";
    expect(decodeResponse(text)).toMatchObject({ state: { is: "done", exitCode: 7 } });
  });
  for (const [what, text] of [
    ["a web page", "<!DOCTYPE html><html><body>hi</body></html>"],
    ["nothing", ""],
    ["half a message", "<a><b>"],
    [
      "another envelope",
      '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><x/></s:Body></s:Envelope>',
    ],
    ["entities that grow", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ["endless nesting", "<a>".repeat(1000)],
  ] as const) {
    it(`that are ${what} are refused`, () => {
      expect(() => decodeResponse(text)).toThrow(expect.objectContaining({ name: "BadEnvelope" }));
    });
  }
});

describe("texts and durations", () => {
  it("keep their characters, and lose those that XML cannot hold", () => {
    const text = "a\r\nb\tc <>&\"' \u{1F642} \u0000\u001B\uFFFE\uD800";
    expect(parseXml(`<a>${escapeXml(text)}</a>`).text).toBe("a\r\nb\tc <>&\"' \u{1F642} \uFFFD\uFFFD\uFFFD\uFFFD");
  });
  it("are written and read", () => {
    expect(encodeDuration(60_000)).toBe("PT60S");
    expect(encodeDuration(1500)).toBe("PT1.5S");
    expect(decodeDuration("P1DT2H3M4.5S")).toBe(93_784_500);
    expect(decodeDuration("PT1800.000S")).toBe(1_800_000);
    expect(decodeDuration("soon")).toBeUndefined();
  });
});
