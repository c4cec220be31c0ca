import type { Communicator, ConnectAccess, ConnectTarget } from "@kiln/sdk";
import { ConnectError, messageOf } from "@kiln/sdk";
import { type Address, where } from "../../ssh/client/address.ts";
import type { ProxySettings } from "../../ssh/settings.ts";
import { checkScript, connectedText } from "../scripts/check.ts";
import { powershellCommand } from "../scripts/command.ts";
import { winrmSettings } from "../settings.ts";
import { WinrmCommunicator } from "./communicator.ts";
import { Lost, Refusal } from "./errors.ts";
import { proxyFor } from "./proxy.ts";
import { reach } from "./reach.ts";
import { Service } from "./service.ts";

/** Waits for the machine, logs in and runs a first command. Rejects with `ConnectError`, or the signal's reason. */
export async function connectWinrm(target: ConnectTarget, access: ConnectAccess): Promise<Communicator> {
  const settings = winrmSettings(target.config, target.password);
  if (settings.password !== "" && settings.password !== target.config.winrm_username)
    access.secrets.add(settings.password);
  let address: Address | undefined;
  let proxy: ProxySettings | undefined;
  let trying: Service | undefined;
  const find = async (signal: AbortSignal): Promise<Address> => {
    try {
      address = await target.address(signal);
      return address;
    } catch (error) {
      signal.throwIfAborted();
      throw new ConnectError("connect/failed", "resolve", `the address is not known: ${messageOf(error)}`, error);
    }
  };
  const proxyTo = (to: Address): ProxySettings | undefined => {
    if (settings.noProxy) return undefined;
    try {
      proxy = proxyFor(to, settings.ssl, access.host.env);
      return proxy;
    } catch (error) {
      throw new ConnectError("connect/failed", "proxy", messageOf(error), error);
    }
  };
  return reach(
    settings,
    access,
    () => ({ address, proxy, hanging: hanging(trying?.at, address) }),
    async (signal, dialTimeout) => {
      const service = new Service(settings, find, proxyTo);
      trying = service;
      service.dialTimeout = dialTimeout;
      // What does not answer while the machine boots is asked again soon.
      service.operationTimeout = Math.min(settings.operationTimeout, 20_000);
      service.grace = Math.min(settings.grace, 10_000);
      const communicator = new WinrmCommunicator(service, access);
      try {
        await checkCommands(communicator, signal);
        access.ui.message(connectedText);
        service.dialTimeout = reconnectDial;
        service.operationTimeout = settings.operationTimeout;
        service.grace = settings.grace;
        return communicator;
      } catch (error) {
        trying = undefined;
        service.close();
        throw asConnectError(error);
      }
    },
  );
}

/** Milliseconds that a reconnection may take to get an answer on TCP. */
const reconnectDial = 15_000;

/** What an attempt was waiting for when the time was over. */
function hanging(at: Service["at"] | undefined, address: Address | undefined): ConnectError | undefined {
  if (at === undefined) return undefined;
  const place = address ? where(address) : "the machine";
  const texts = {
    resolve: "the address is not known yet",
    tcp: `${place} did not answer`,
    http: `${place} accepted the connection but gave no answer`,
    shell: `a first PowerShell command at ${place} did not come to its end`,
  };
  return new ConnectError("connect/failed", at, texts[at]);
}

/** The service may answer before the machine is able to run commands. */
async function checkCommands(communicator: WinrmCommunicator, signal: AbortSignal): Promise<void> {
  const decoder = new TextDecoder();
  let text = "";
  let how = "does not come to an end";
  await communicator.withCommand(powershellCommand(checkScript), { stdin: false, signal }, async (running) => {
    for await (const event of running.events(signal)) {
      if (event.stream === "exit")
        how = event.exit === "disconnected" ? `${how} (${event.cause})` : `ends with exit code ${event.exit}`;
      else text += decoder.decode(event.bytes, { stream: true });
    }
  });
  if (text.includes(connectedText)) return;
  const said = text.trim() === "" ? "" : `, and says: ${text.trim().slice(0, 300)}`;
  throw new ConnectError("connect/failed", "shell", `a first PowerShell command ${how}${said}`);
}

function asConnectError(error: unknown): unknown {
  if (error instanceof Lost) return new ConnectError("connect/failed", "http", error.message, error);
  if (!(error instanceof Refusal)) return error;
  const denied = error.fault.subcode === "AccessDenied";
  return new ConnectError(
    denied ? "connect/authentication" : "connect/failed",
    denied ? "authentication" : "shell",
    error.message,
    error,
  );
}
