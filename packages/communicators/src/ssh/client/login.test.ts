import { connect, createServer, type Socket } from "node:net";
import ssh2, { type Connection, type KeyboardAuthContext, type ServerConfig } from "ssh2";
import { afterEach, describe, expect, it } from "vitest";
import { generateKeyPair } from "../keys/generate.ts";
import { readPrivateKey } from "../keys/private-key.ts";
import { keyIdentity } from "./identity.ts";
import { LoginError, login } from "./login.ts";
import type { LoginMethod } from "./login-methods.ts";

const hostKey = (await generateKeyPair("ecdsa", 256, "host")).privateKey;
const pem = readPrivateKey(hostKey);
const hostKeys = pem.is === "key" ? [pem.key.key.export({ type: "sec1", format: "pem" }).toString()] : [];

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** An SSH server in this process; gives a connection to it. */
async function served(onClient: (client: Connection) => void, config: Partial<ServerConfig> = {}): Promise<Socket> {
  const ssh = new ssh2.Server({ hostKeys, ...config }, (client) => {
    client.on("error", () => {});
    onClient(client);
  });
  const server = createServer((socket) => ssh.injectSocket(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const socket = connect({ port: address.port, host: "127.0.0.1", noDelay: true });
  await new Promise((resolve) => socket.once("connect", resolve));
  closing.push(() => {
    socket.destroy();
    server.close();
  });
  return socket;
}

const request = (methods: readonly LoginMethod[]) => ({
  username: "me",
  methods,
  ciphers: undefined,
  keyExchanges: undefined,
  timeout: 10_000,
});
const signal = (): AbortSignal => AbortSignal.timeout(10_000);
const password: LoginMethod = { kind: "password", password: "pw" };

async function identity(kind: string): Promise<LoginMethod> {
  const read = readPrivateKey((await generateKeyPair(kind, kind === "rsa" ? 2048 : 0, "")).privateKey);
  if (read.is !== "key") throw new Error(read.is);
  return { kind: "identity", identity: keyIdentity(read.key, "test") };
}

describe("logging in", () => {
  it("answers the questions of keyboard-interactive, more than one round of them", async () => {
    const asked: string[] = [];
    const socket = await served((client) => {
      client.on("authentication", (ctx) => {
        if (ctx.method !== "keyboard-interactive") return ctx.reject(["keyboard-interactive"]);
        const interactive = ctx as KeyboardAuthContext;
        interactive.prompt([{ prompt: "Password: ", echo: false }], (first) => {
          asked.push(...first);
          interactive.prompt([{ prompt: "Token: ", echo: true }], (second) => {
            asked.push(...second);
            interactive.accept();
          });
        });
      });
    });
    const answer = async (prompts: readonly { prompt: string }[]): Promise<string[]> =>
      prompts.map(({ prompt }) => `<${prompt}>`);
    const client = await login(socket, request([{ kind: "interactive", answer }]), signal());
    expect(asked).toEqual(["<Password: >", "<Token: >"]);
    client.end();
  });

  it("goes on to a second factor after a partial success", async () => {
    const seen: string[] = [];
    const socket = await served((client) => {
      let keyed = false;
      client.on("authentication", (ctx) => {
        seen.push(ctx.method);
        if (ctx.method === "publickey" && ctx.signature) {
          keyed = true;
          return ctx.reject(["password"], true);
        }
        if (ctx.method === "password" && keyed) return ctx.accept();
        return ctx.reject(keyed ? ["password"] : ["publickey"]);
      });
    });
    const client = await login(socket, request([await identity("ed25519"), password]), signal());
    expect(seen).toEqual(["publickey", "password"]);
    client.end();
  });

  it("signs at once, and with SHA-1 only for servers that announce nothing newer", async () => {
    const algorithms: string[] = [];
    const socket = await served((client) => {
      client.on("authentication", (ctx) => {
        if (ctx.method === "publickey") algorithms.push(`${ctx.key.algo}${ctx.signature ? " signed" : ""}`);
        return ctx.reject(["publickey"]);
      });
    });
    const error: unknown = await login(
      socket,
      request([await identity("rsa"), await identity("ecdsa")]),
      signal(),
    ).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LoginError);
    expect(algorithms.at(-1)).toBe("ecdsa-sha2-nistp521 signed");
    expect(algorithms[0]).toMatch(/^rsa-sha2-512 signed$|^ssh-rsa signed$/);
    expect((error as LoginError).tried.map(({ result }) => result)).toContain("refused");
  });

  it("uses `none` last, for machines without a password", async () => {
    const seen: string[] = [];
    const socket = await served((client) => {
      client.on("authentication", (ctx) => {
        seen.push(ctx.method);
        if (ctx.method === "none") ctx.accept();
        else ctx.reject(["password"]);
      });
    });
    const client = await login(socket, request([password]), signal());
    expect(seen).toEqual(["password", "none"]);
    client.end();
  });

  it("says which methods the server would have taken, and what was never tried", async () => {
    const socket = await served((client) => {
      client.on("authentication", (ctx) => ctx.reject(["publickey"]));
    });
    const error = (await login(
      socket,
      request([password, { kind: "interactive", answer: async () => [] }]),
      signal(),
    ).catch((thrown: unknown) => thrown)) as LoginError;
    expect(error).toMatchObject({ code: "connect/authentication", stage: "authentication" });
    expect(error.message).toContain("the server accepts publickey");
    expect(error.tried).toContainEqual({ what: "keyboard-interactive", result: "not accepted by the server" });
    expect(JSON.stringify(error.tried)).not.toContain('"pw"');
  });

  it("rejects with the reason of an abort, and lets go of the connection", async () => {
    const socket = await served((client) => {
      client.on("authentication", () => {});
    });
    const stop = new AbortController();
    const work = login(socket, request([password]), stop.signal);
    setTimeout(() => stop.abort(new Error("enough")), 50);
    await expect(work).rejects.toThrow("enough");
    expect(socket.destroyed).toBe(true);
  });
});
