import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { NtlmServer, type NtlmSession } from "@kiln/communicators";
import { bareName } from "../system/accounts.ts";
import type { WindowsSystem } from "../system/windows-system.ts";

/** Who asks, and how what is said to them is sealed. */
export interface Caller {
  readonly user: string;
  readonly session: NtlmSession | undefined;
}
export type Verdict =
  | { readonly is: "in"; readonly caller: Caller }
  /** 401, with what the client may try. */
  | { readonly is: "out"; readonly offers: readonly string[] };

const policy = "HKEY_LOCAL_MACHINE\\Software\\Policies\\Microsoft\\Windows\\WinRM\\Service";

/** Logins of WinRM: Basic where it is allowed, and NTLM, which belongs to a connection. */
export class Authentication {
  readonly #system: WindowsSystem;
  readonly #logins = new WeakMap<Socket, { server?: NtlmServer; caller?: Caller }>();

  constructor(system: WindowsSystem) {
    this.#system = system;
  }

  /** Whether messages may be read by others: over HTTP, only where the machine says so. */
  get allowsUnencrypted(): boolean {
    return this.#isOn("Service.AllowUnencrypted", "AllowUnencryptedTraffic");
  }
  #isOn(setting: string, policyName: string): boolean {
    const forced = this.#system.registry.get(policy, policyName)?.data;
    return forced === undefined ? this.#system.winrm.isOn(setting) : forced === 1;
  }

  offers(isSecure: boolean): readonly string[] {
    const basic = this.#isOn("Service.Auth.Basic", "AllowBasic") && (isSecure || this.allowsUnencrypted);
    return [
      ...(this.#system.winrm.isOn("Service.Auth.Negotiate") ? ["Negotiate"] : []),
      ...(basic ? ['Basic realm="WSMAN"'] : []),
    ];
  }

  check(request: IncomingMessage, isSecure: boolean): Verdict {
    const header = request.headers.authorization;
    const { socket } = request;
    const offers = this.offers(isSecure);
    if (header === undefined) {
      const known = this.#logins.get(socket)?.caller;
      return known ? { is: "in", caller: known } : { is: "out", offers };
    }
    const [scheme = "", token = ""] = header.split(" ");
    if (/^basic$/i.test(scheme)) return this.#basic(token, offers);
    if (/^(?:negotiate|ntlm)$/i.test(scheme) && offers.includes("Negotiate"))
      return this.#ntlm(socket, scheme, Buffer.from(token, "base64"), offers);
    return { is: "out", offers };
  }

  #basic(token: string, offers: readonly string[]): Verdict {
    const [user = "", ...rest] = Buffer.from(token, "base64").toString("utf8").split(":");
    const { accounts, computerName } = this.#system;
    if (!offers.some((offer) => offer.startsWith("Basic")) || !accounts.accepts(user, computerName, rest.join(":")))
      return { is: "out", offers };
    return this.#admitted(user, undefined, offers);
  }

  #ntlm(socket: Socket, scheme: string, token: Buffer, offers: readonly string[]): Verdict {
    const { accounts, computerName } = this.#system;
    const login = this.#logins.get(socket) ?? {};
    this.#logins.set(socket, login);
    try {
      // The type of an NTLM message stands after its signature.
      const type = token.length >= 12 ? token.readUInt32LE(8) : 0;
      if (type === 1) {
        login.server = new NtlmServer(computerName, (user, domain) => {
          const found =
            accounts.find(domain === "" || domain === "WORKGROUP" ? user : `${domain}\\${user}`, computerName) ??
            accounts.find(user, computerName);
          return found?.isEnabled && found.ntHash !== "" ? Buffer.from(found.ntHash, "hex") : undefined;
        });
        return { is: "out", offers: [`${scheme} ${login.server.challenge(token).toString("base64")}`] };
      }
      const accepted = type === 3 ? login.server?.accept(token) : undefined;
      if (!accepted) return { is: "out", offers };
      const verdict = this.#admitted(accepted.user, accepted.session, offers);
      if (verdict.is === "in") login.caller = verdict.caller;
      return verdict;
    } catch {
      // No login at all, or a damaged one: as good as a wrong one.
      return { is: "out", offers };
    }
  }

  #admitted(name: string, session: NtlmSession | undefined, offers: readonly string[]): Verdict {
    const { accounts, computerName } = this.#system;
    const user = accounts.find(bareName(name, computerName) ?? name, computerName)?.name ?? name;
    const remote = accounts
      .group("Remote Management Users")
      ?.members.some((one) => one.toLowerCase() === user.toLowerCase());
    return accounts.isAdministrator(user) || remote ? { is: "in", caller: { user, session } } : { is: "out", offers };
  }
}
