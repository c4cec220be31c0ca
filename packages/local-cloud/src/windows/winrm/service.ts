import {
  type Fault,
  type Request,
  type RequestHeader,
  type Response,
  signalCode,
  wsmanFaultCode,
} from "@kiln/communicators";
import type { WindowsSystem } from "../system/windows-system.ts";
import { Shell, type ShellCommand } from "./shells.ts";

/** What of an answer is not output: headers, tags, and base64's third. */
const answerOverhead = 4096;

/** The shells of a WinRM service and what is asked of them. */
export class ShellService {
  readonly #system: WindowsSystem;
  readonly #shells = new Map<string, Shell>();
  readonly #idle = new Map<string, NodeJS.Timeout>();
  /** No new shells: the machine goes down. */
  isClosing = false;

  constructor(system: WindowsSystem) {
    this.#system = system;
  }

  async answer(request: Request, header: RequestHeader, user: string, signal: AbortSignal): Promise<Response> {
    if (request.is === "get") return { is: "get", maxEnvelopeSizeKb: this.#system.winrm.number("MaxEnvelopeSizekb") };
    if (request.is === "create") return this.#create(request, header, user);
    const shell = this.#shells.get((header.shellId ?? "").toUpperCase());
    if (!shell || shell.user.toLowerCase() !== user.toLowerCase()) return { is: "fault", fault: unknownShell };
    this.#touch(shell);
    switch (request.is) {
      case "delete":
        this.#remove(shell);
        return { is: "delete" };
      case "command": {
        const line = [request.command, ...request.arguments].join(" ");
        const running = [...shell.commands.values()].filter((one) => !one.isOver).length;
        if (running >= this.#system.winrm.number("Service.MaxConcurrentOperationsPerUser"))
          return { is: "fault", fault: quota("operations", wsmanFaultCode.quotaOperations) };
        if (this.isClosing) return { is: "fault", fault: goingDown };
        return { is: "command", commandId: shell.start(line).id };
      }
      case "send":
        for (const piece of request.streams) {
          const command = find(shell, piece.commandId);
          if (!command) return { is: "fault", fault: unknownCommand };
          command.input.feed(piece.bytes);
          if (piece.end) command.input.end();
        }
        return { is: "send" };
      case "receive":
        return this.#receive(shell, request, header, signal);
      case "signal": {
        const command = find(shell, request.commandId);
        if (
          command &&
          (request.code === signalCode.terminate ||
            request.code === signalCode.ctrlC ||
            request.code === signalCode.ctrlBreak)
        ) {
          command.terminate();
          if (request.code === signalCode.terminate) shell.commands.delete(command.id);
        }
        return { is: "signal" };
      }
      default:
        return request satisfies never;
    }
  }

  /** Ends every command and forgets every shell. */
  close(): void {
    for (const shell of [...this.#shells.values()]) this.#remove(shell);
  }

  #create(request: Extract<Request, { readonly is: "create" }>, header: RequestHeader, user: string): Response {
    if (!/\/shell\/cmd$/i.test(header.resource)) return { is: "fault", fault: unknownResource(header.resource) };
    if (this.isClosing) return { is: "fault", fault: goingDown };
    const most = this.#system.winrm.number("Winrs.MaxShellsPerUser");
    if ([...this.#shells.values()].filter((one) => one.user === user).length >= most)
      return { is: "fault", fault: quota("shells", wsmanFaultCode.quotaShells) };
    const page = Number(header.options?.["WINRS_CODEPAGE"] ?? 437);
    const shell = new Shell(this.#system, {
      user,
      page: page === 65001 || page === 1252 ? page : 437,
      directory: request.workingDirectory,
      environment: request.environment ?? {},
    });
    this.#shells.set(shell.id, shell);
    this.#touch(shell);
    return { is: "create", shellId: shell.id };
  }

  async #receive(
    shell: Shell,
    request: Extract<Request, { readonly is: "receive" }>,
    header: RequestHeader,
    signal: AbortSignal,
  ): Promise<Response> {
    const command = find(shell, request.commandId);
    if (!command) return { is: "fault", fault: unknownCommand };
    const room = Math.floor(
      ((Math.min(header.maxEnvelopeSize, this.#system.winrm.number("MaxEnvelopeSizekb") * 1024) - answerOverhead) * 3) /
        4,
    );
    const limit = Math.min(header.operationTimeout, this.#system.winrm.number("MaxTimeoutms"));
    const streams = await command.fetch(Math.max(512, room), limit, signal);
    if (streams.length === 0 && !command.isOver) return { is: "fault", fault: timedOut };
    const is = command.isDrained ? "done" : "running";
    const exitCode = is === "done" ? command.exitCode : undefined;
    return {
      is: "receive",
      streams,
      state: { commandId: command.id, is, ...(exitCode !== undefined && { exitCode }) },
    };
  }

  #touch(shell: Shell): void {
    clearTimeout(this.#idle.get(shell.id));
    const limit = Math.min(this.#system.winrm.number("Winrs.IdleTimeout"), 2 ** 31 - 1);
    const timer = setTimeout(() => this.#remove(shell), limit);
    timer.unref();
    this.#idle.set(shell.id, timer);
  }
  #remove(shell: Shell): void {
    clearTimeout(this.#idle.get(shell.id));
    this.#idle.delete(shell.id);
    this.#shells.delete(shell.id);
    shell.remove();
  }
}

function find(shell: Shell, id: string | undefined): ShellCommand | undefined {
  if (id !== undefined) return shell.commands.get(id.toUpperCase());
  return [...shell.commands.values()].at(-1);
}

const unknownShell: Fault = {
  code: "Sender",
  subcode: "InvalidSelectors",
  reason:
    "The WS-Management service cannot process the request because the request contained invalid selectors for the resource.",
  wsmanCode: wsmanFaultCode.shellNotFound,
  detail:
    "The request for the Windows Remote Shell with ShellId failed because the shell was not found on the server. Possible causes are: the specified ShellId is incorrect or the shell no longer exists on the server. Provide the correct ShellId or create a new shell and retry the operation.",
};
const unknownCommand: Fault = {
  code: "Receiver",
  subcode: "InternalError",
  reason:
    "The Windows Remote Shell received a request to perform an operation on a command identifier that does not exist. Either the command has completed execution or the client specified an invalid command identifier.",
  wsmanCode: 2152992671,
};
const timedOut: Fault = {
  code: "Receiver",
  subcode: "TimedOut",
  reason: "The WS-Management service cannot complete the operation within the time specified in OperationTimeout.",
  wsmanCode: wsmanFaultCode.operationTimeout,
};
const goingDown: Fault = {
  code: "Receiver",
  subcode: "InternalError",
  reason: "A system shutdown is in progress.",
  wsmanCode: wsmanFaultCode.shuttingDown,
};
function quota(what: string, wsmanCode: number): Fault {
  return {
    code: "Receiver",
    subcode: "QuotaLimit",
    reason: `The WS-Management service cannot process the request. The maximum number of concurrent ${what} for this user has been exceeded. Close existing ${what} or raise the quota for this user.`,
    wsmanCode,
  };
}
function unknownResource(uri: string): Fault {
  return {
    code: "Sender",
    subcode: "DestinationUnreachable",
    reason: `This stand-in does not know the resource ${uri}: it has command shells (shell/cmd) and no PowerShell remoting.`,
    wsmanCode: 2150858752,
  };
}
