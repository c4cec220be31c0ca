import { Refusal } from "../../system/refusal.ts";
import { wildcard } from "../../system/windows-path.ts";
import { type Listener, listenerChange, listenerDetails } from "../../system/winrm-settings.ts";
import { PsObject } from "../values/collections.ts";
import { text } from "../values/convert.ts";
import type { Value } from "../values/value.ts";
import type { Call } from "./cmdlet.ts";
import { notFound } from "./places.ts";

/** What a path of the drive `WSMan:` names, of the parts that are here: settings, listeners, and what a listener has. */
type WsmanPlace =
  | { readonly kind: "setting"; readonly name: string; readonly dotted: string }
  | { readonly kind: "root" }
  | { readonly kind: "listeners" }
  | { readonly kind: "listener"; readonly found: readonly Listener[] }
  | { readonly kind: "detail"; readonly found: readonly Listener[]; readonly name: string };

function wsmanPlace(call: Call, path: string): WsmanPlace {
  const parts = path.split(/[\\/]/).filter((part) => part !== "");
  if (parts[0]?.toLowerCase() !== "localhost") throw new Refusal(`WSMan:\\${path}`);
  const [first = "", listener, detail, ...rest] = parts.slice(1);
  if (first === "") return { kind: "root" };
  if (first.toLowerCase() !== "listener") {
    // The drive calls `winrm/config/winrs` Shell.
    const dotted = parts
      .slice(1)
      .join(".")
      .replace(/^shell\./i, "Winrs.");
    return { kind: "setting", name: parts.at(-1) ?? "", dotted };
  }
  if (rest.length > 0) throw new Refusal(`WSMan:\\${path}`);
  if (listener === undefined) return { kind: "listeners" };
  const pattern = wildcard(listener);
  const found = call.process.system.winrm.listeners.filter((one) => pattern.test(nameOf(one)));
  return detail === undefined ? { kind: "listener", found } : { kind: "detail", found, name: detail };
}

/** The name is a hash of address and transport, of which there is one each. */
function nameOf({ transport }: Listener): string {
  return transport === "HTTP" ? "Listener_1084132640" : "Listener_1305953032";
}

function listenerObject(listener: Listener): PsObject {
  const name = nameOf(listener);
  return new PsObject(
    [
      ["Type", "Container"],
      ["Keys", [`Transport=${listener.transport}`, `Address=${listener.address}`]],
      ["Name", name],
      ["PSPath", `Microsoft.WSMan.Management\\WSMan::localhost\\Listener\\${name}`],
    ],
    "Microsoft.WSMan.Management.WSManConfigContainerElement",
  );
}

function settingObject(name: string, value: string): PsObject {
  return new PsObject(
    [
      ["Type", "System.String"],
      ["Name", name],
      ["Value", value],
    ],
    "Microsoft.WSMan.Management.WSManConfigLeafElement",
  );
}

/** The name that a setting has, or a refusal: the service's configuration has more settings than these. */
function known(call: Call, place: WsmanPlace & { readonly kind: "setting" }): string {
  if (!call.process.system.winrm.has(place.dotted)) throw new Refusal(`the setting ${place.dotted} of WSMan:`);
  return place.dotted;
}

export function wsmanExists(call: Call, path: string): boolean {
  const place = wsmanPlace(call, path);
  if (place.kind === "listener" || place.kind === "detail") return place.found.length > 0;
  return place.kind !== "setting" || known(call, place) !== "";
}

/** Get-Item; with `children`, Get-ChildItem. */
export async function emitWsman(call: Call, path: string, children: boolean): Promise<void> {
  const place = wsmanPlace(call, path);
  const { winrm } = call.process.system;
  if (place.kind === "setting") {
    await call.emit(settingObject(place.name, winrm.get(known(call, place))));
    return;
  }
  if (place.kind === "root" || (place.kind === "listeners" && !children))
    throw new Refusal(`what is in WSMan:\\${path}`);
  const found = place.kind === "listeners" ? winrm.listeners : place.found;
  if (found.length === 0 && place.kind !== "listeners" && !/[*?]/.test(path))
    await call.reportRecord(notFound(call, `WSMan:\\${path}`).record);
  for (const one of found) {
    if (place.kind === "detail") {
      for (const [name, value] of listenerDetails(one))
        if (wildcard(place.name).test(name)) await call.emit(settingObject(name, value));
    } else if (place.kind === "listener" && children)
      for (const [name, value] of listenerDetails(one)) await call.emit(settingObject(name, value));
    else await call.emit(listenerObject(one));
  }
}

export function setWsman(call: Call, path: string, given: Value): void {
  const place = wsmanPlace(call, path);
  const { winrm } = call.process.system;
  const value = text(given);
  if (place.kind === "setting") {
    winrm.set(known(call, place), value.toLowerCase());
    return;
  }
  if (place.kind !== "detail") throw new Refusal(`Set-Item WSMan:\\${path}`);
  const change = listenerChange(place.name, value);
  winrm.setListeners(winrm.listeners.map((one) => (place.found.includes(one) ? { ...one, ...change } : one)));
}

/** `New-Item WSMan:\localhost\Listener`: a listener of WinRM. */
export async function newListener(call: Call): Promise<void> {
  const { winrm } = call.process.system;
  const address = call.text("Address") ?? "*";
  if (address !== "*") throw new Refusal(`listeners at the address ${address}`);
  const transport = /^https$/i.test(call.required("Transport")) ? "HTTPS" : "HTTP";
  if (winrm.listeners.some((one) => one.transport === transport))
    throw call.failure(
      "WsManError",
      "The WS-Management service cannot create the resource because it already exists.",
      "InvalidOperation",
    );
  const port = call.count("Port") ?? (transport === "HTTPS" ? 5986 : 5985);
  const thumbprint = call.text("CertificateThumbPrint") ?? "";
  const made: Listener = { transport, port, address, hostName: call.text("HostName") ?? "", thumbprint };
  winrm.setListeners([...winrm.listeners, made]);
  await call.emit(listenerObject(made));
}

export async function removeWsman(call: Call, path: string): Promise<void> {
  const place = wsmanPlace(call, path);
  const { winrm } = call.process.system;
  if (place.kind !== "listener") throw new Refusal(`Remove-Item WSMan:\\${path}`);
  if (place.found.length === 0 && !/[*?]/.test(path)) await call.reportRecord(notFound(call, `WSMan:\\${path}`).record);
  if (place.found.length > 0) winrm.setListeners(winrm.listeners.filter((one) => !place.found.includes(one)));
}
