/** The XML namespaces of WS-Management. Sources: DMTF DSP0226, [MS-WSMV]. */
export const namespace = {
  soap: "http://www.w3.org/2003/05/soap-envelope",
  addressing: "http://schemas.xmlsoap.org/ws/2004/08/addressing",
  wsman: "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
  microsoft: "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd",
  transfer: "http://schemas.xmlsoap.org/ws/2004/09/transfer",
  shell: "http://schemas.microsoft.com/wbem/wsman/1/windows/shell",
  fault: "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault",
  config: "http://schemas.microsoft.com/wbem/wsman/1/config",
  identity: "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd",
} as const;

/** The prefix that our envelopes give to each namespace. */
export const prefix: Readonly<Record<keyof typeof namespace, string>> = {
  soap: "s",
  addressing: "a",
  wsman: "w",
  microsoft: "p",
  transfer: "x",
  shell: "rsp",
  fault: "f",
  config: "cfg",
  identity: "wsmid",
};

export const resource = {
  cmd: "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd",
  config: "http://schemas.microsoft.com/wbem/wsman/1/config",
} as const;

/** What a request's Action header says. */
export const action = {
  create: "http://schemas.xmlsoap.org/ws/2004/09/transfer/Create",
  delete: "http://schemas.xmlsoap.org/ws/2004/09/transfer/Delete",
  get: "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get",
  command: "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Command",
  send: "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Send",
  receive: "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Receive",
  signal: "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Signal",
} as const;

/** What an answer's Action header says. */
export const responseAction = {
  create: "http://schemas.xmlsoap.org/ws/2004/09/transfer/CreateResponse",
  delete: "http://schemas.xmlsoap.org/ws/2004/09/transfer/DeleteResponse",
  get: "http://schemas.xmlsoap.org/ws/2004/09/transfer/GetResponse",
  command: "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandResponse",
  send: "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/SendResponse",
  receive: "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/ReceiveResponse",
  signal: "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/SignalResponse",
  fault: "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault",
} as const;

export const anonymous = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous";

/** How a command stands, at the end of a CommandState's State. */
export const commandState = {
  running: "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Running",
  pending: "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Pending",
  done: "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Done",
} as const;

/** What a Signal asks for. `terminate` both ends a command and lets go of one that has ended. */
export const signalCode = {
  terminate: "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/signal/terminate",
  ctrlC: "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/signal/ctrl_c",
  ctrlBreak: "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/signal/ctrl_break",
} as const;
