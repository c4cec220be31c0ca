import { Buffer } from "node:buffer";
import { generateKeyPairSync } from "node:crypto";
import { messageOf } from "@kiln/sdk";
import ssh2, { type Client, type ParsedKey } from "ssh2";
import { type Extension, inside, type Protocol, sendPayload } from "../ssh2-internals.ts";
import { sshString } from "../wire.ts";
import { algorithmsFor, type Identity } from "./identity.ts";

const userauthRequest = 50;

/**
 * Public-key login with any `Identity`, in place of ssh2's own, which knows neither certificates nor agents that hold them. Keys that
 * are at hand sign at once, which saves the round trip of asking whether the key would do (RFC 4252 §7 leaves the choice to us).
 *
 * ssh2 drives the order of methods and asks for a key object, so it gets a token; what is sent is written here.
 */
export class PublicKeyLogin {
  readonly #client: Client;
  readonly #username: string;
  #announced: readonly string[] | undefined;
  #current: { identity: Identity; offered: string; signed: string } | undefined;
  /** Why the last identity could not sign, where it could not. */
  signingFailure: string | undefined;

  /** Right after `client.connect`, before anything was received. */
  constructor(client: Client, username: string) {
    this.#client = client;
    this.#username = username;
    const protocol = inside(client)._protocol;
    const before = protocol._handlers.EXT_INFO;
    protocol._handlers.EXT_INFO = (p: Protocol, extensions: readonly Extension[]) => {
      this.#announced ??= extensions.find(({ name }) => name === "server-sig-algs")?.algs;
      before?.(p, extensions);
    };
    protocol.authPK = (_username, _key, _algorithm, sign) => this.#send(sign !== undefined);
  }

  /** The attempts worth making with an identity: usually one. */
  attempts(identity: Identity): readonly { readonly offered: string; readonly signed: string }[] {
    return algorithmsFor(identity.type, this.#announced);
  }

  /** What ssh2's authentication handler returns for this attempt. */
  method(identity: Identity, attempt: { readonly offered: string; readonly signed: string }) {
    this.#current = { identity, ...attempt };
    this.signingFailure = undefined;
    return { type: "publickey" as const, username: this.#username, key: token() };
  }

  #send(accepted: boolean): void {
    const { identity, offered } = this.#current ?? {};
    const protocol = inside(this.#client)._protocol;
    if (!identity || offered === undefined) return protocol.authNone(this.#username);
    if (identity.askFirst && !accepted) {
      protocol._authsQueue.push("publickey");
      return sendPayload(protocol, this.#request(identity, offered, false));
    }
    void this.#sign(protocol);
  }

  async #sign(protocol: Protocol): Promise<void> {
    const current = this.#current;
    if (!current) return;
    const request = this.#request(current.identity, current.offered, true);
    const signed = Buffer.concat([sshString(protocol._kex.sessionID), request]);
    try {
      const signature = await current.identity.sign(signed, current.signed);
      protocol._authsQueue.push("publickey");
      sendPayload(protocol, Buffer.concat([request, sshString(signature)]));
    } catch (error) {
      // A refusal of `none` makes ssh2 go on with the next method.
      this.signingFailure = messageOf(error);
      protocol.authNone(this.#username);
    }
  }

  #request(identity: Identity, offered: string, withSignature: boolean): Buffer {
    return Buffer.concat([
      Buffer.of(userauthRequest),
      sshString(this.#username),
      sshString("ssh-connection"),
      sshString("publickey"),
      Buffer.of(withSignature ? 1 : 0),
      sshString(offered),
      sshString(identity.blob),
    ]);
  }
}

let made: ParsedKey | undefined;
function token(): ParsedKey {
  if (made) return made;
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const parsed = ssh2.utils.parseKey(privateKey.export({ type: "sec1", format: "pem" }));
  if (parsed instanceof Error) throw parsed;
  made = Array.isArray(parsed) ? parsed[0] : parsed;
  if (!made) throw new Error("no token key");
  return made;
}
