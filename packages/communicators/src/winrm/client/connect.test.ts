import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Communicator, ConnectConfig } from "@kiln/sdk";
import { FakeHost, FakeUi } from "@kiln/sdk/testing";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { winrmConnector } from "../connector.ts";
import { wsmanFaultCode } from "../protocol/fault.ts";
import { hastyClock } from "./test-clock.ts";
import { TestMachine } from "./test-machine.ts";
import { TestService, type TestServiceOptions } from "./test-service.ts";

const closing: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

async function service(options: TestServiceOptions = {}): Promise<TestService> {
  const started = await TestService.start({ program: new TestMachine().program, ...options });
  closing.push(started);
  return started;
}

const usual = { winrm_username: "Administrator", winrm_password: "S3cret!", winrm_timeout: 1000 };

async function connect(
  port: number,
  config: Partial<ConnectConfig> = {},
  env: Record<string, string> = {},
): Promise<{ comm: Communicator; ui: FakeUi; secrets: string[] }> {
  const ui = new FakeUi();
  const host = new FakeHost({ env });
  const secrets: string[] = [];
  Object.assign(host, { clock: hastyClock(config.winrm_timeout ?? usual.winrm_timeout) });
  const comm = await winrmConnector.connect(
    {
      config: { communicator: "winrm", ...usual, ...config } as ConnectConfig,
      address: async () => ({ host: "127.0.0.1", port }),
    },
    { host, ui, signal: AbortSignal.timeout(20_000), secrets: { add: (value) => void secrets.push(value) } },
  );
  closing.push(comm);
  return { comm, ui, secrets };
}

/** The error of a connection that cannot be had. */
async function refusal(...args: Parameters<typeof connect>): Promise<{ code: string; stage: string; message: string }> {
  return connect(...args).then(
    () => {
      throw new Error("it connected");
    },
    (error: unknown) => error as { code: string; stage: string; message: string },
  );
}

const dir = mkdtempSync(join(tmpdir(), "kiln-winrm-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
function certificate(): { key: string; cert: string } {
  const [key, cert] = [join(dir, "key.pem"), join(dir, "cert.pem")];
  const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  execFileSync("openssl", [...args, "-subj", "/CN=win", "-keyout", key, "-out", cert], { stdio: "ignore" });
  return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
}
async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push({ [Symbol.asyncDispose]: async () => void server.close() });
  return (server.address() as AddressInfo).port;
}

describe("connecting over WinRM", () => {
  for (const authentication of ["basic", "ntlm"] as const) {
    for (const tls of [false, true]) {
      it(`works with ${authentication} over ${tls ? "HTTPS" : "HTTP"}`, async () => {
        const one = await service({ authentication, ...(tls && { tls: certificate() }) });
        const { comm, ui, secrets } = await connect(one.port, {
          winrm_use_ntlm: authentication === "ntlm",
          winrm_use_ssl: tls,
          winrm_insecure: tls,
        });
        expect(ui.lines).toEqual(["    WinRM connected."]);
        expect(secrets).toEqual(["S3cret!"]);
        expect((await comm.exec("exit 7", { signal: AbortSignal.timeout(5000) })).exit).toBe(7);
        await comm[Symbol.asyncDispose]();
        expect(one.openShells).toBe(0);
      });
    }
  }

  it("uses one connection for what comes one after another", async () => {
    const one = await service();
    const { comm } = await connect(one.port);
    for (let i = 0; i < 5; i++) await comm.exec("exit 0", { signal: AbortSignal.timeout(5000) });
    // A shell is removed while the next command runs already.
    expect(one.connections).toBeLessThanOrEqual(2);
  });

  it("takes the password that the platform gave", async () => {
    const one = await service();
    const target = {
      config: { communicator: "winrm", winrm_username: "Administrator", winrm_timeout: 3000 } as ConnectConfig,
      address: async () => ({ host: "127.0.0.1", port: one.port }),
      password: "S3cret!",
    };
    const access = {
      host: Object.assign(new FakeHost(), { clock: hastyClock(3000) }),
      ui: new FakeUi(),
      signal: AbortSignal.timeout(5000),
      secrets: { add: () => {} },
    };
    closing.push(await winrmConnector.connect(target, access));
  });

  it("tries again until the service is there and runs commands", async () => {
    let turn = 0;
    const one = await service({
      http: (_request, response) => {
        if (++turn > 2) return false;
        response.writeHead(503).end();
        return true;
      },
      instead: (request) =>
        request.is === "create" && ++turn < 6
          ? { is: "fault", fault: { code: "Receiver", subcode: "InternalError", reason: "starting", wsmanCode: 1 } }
          : undefined,
    });
    await connect(one.port);
    expect(turn).toBeGreaterThan(5);
  });
});

describe("a connection that cannot be had", () => {
  it("says that the password is wrong, and stops after a number of logins", async () => {
    let logins = 0;
    const one = await service({
      http: () => {
        logins++;
        return false;
      },
    });
    const error = await refusal(one.port, { winrm_password: "wrong", winrm_timeout: 60_000 * 60 });
    expect(error).toMatchObject({ code: "connect/authentication", stage: "authentication" });
    expect(logins).toBe(20);
    expect(error.message).toContain('the server refused the login as "Administrator" (HTTP 401; it takes basic)');
    expect(error.message).toContain("check winrm_username and winrm_password");
    expect(error.message).not.toContain("wrong");
  }, 70_000);
  it("says so with NTLM, too", async () => {
    const one = await service({ authentication: "ntlm" });
    const error = await refusal(one.port, {
      winrm_password: "wrong",
      winrm_use_ntlm: true,
      winrm_timeout: 60_000 * 60,
    });
    expect(error).toMatchObject({ code: "connect/authentication", stage: "authentication" });
    expect(error.message).toContain('the server refused the login as "Administrator"');
  });
  it("says that the server takes no NTLM", async () => {
    const error = await refusal((await service()).port, { winrm_use_ntlm: true });
    expect(error.message).toContain("the server refused NTLM; it takes basic");
    expect(error.message).toContain("drop winrm_use_ntlm");
  });
  it("says that the server takes no basic authentication", async () => {
    const error = await refusal((await service({ authentication: "ntlm" })).port);
    expect(error.message).toContain("the server takes no basic authentication; it takes negotiate");
    expect(error.message).toContain("set winrm_use_ntlm = true");
  });
  it("names a certificate that is not trusted, and what to do, without waiting for the whole time", async () => {
    const one = await service({ tls: certificate() });
    const error = await refusal(one.port, { winrm_use_ssl: true, winrm_timeout: 600_000 });
    expect(error).toMatchObject({ code: "connect/failed", stage: "tls" });
    expect(error.message).toContain("is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)");
    expect(error.message).toContain("winrm_insecure = true");
  });
  it("recognises HTTP where HTTPS was meant", async () => {
    const error = await refusal((await service()).port, { winrm_use_ssl: true });
    expect(error.stage).toBe("tls");
    expect(error.message).toContain("does not speak TLS: it looks like plain HTTP");
    expect(error.message).toContain("drop winrm_use_ssl");
  });
  it("recognises HTTPS where HTTP was meant", async () => {
    const error = await refusal((await service({ tls: certificate() })).port);
    expect(error.stage).toBe("http");
    expect(error.message).toContain("set winrm_use_ssl = true");
  });
  it("recognises a web server", async () => {
    const port = await listening(createServer((_request, response) => response.writeHead(404).end("<html>")));
    const error = await refusal(port);
    expect(error.message).toContain("has no WinRM service at /wsman (HTTP 404)");
  });
  it("does not think of HTTPS where a web server answers over HTTP", async () => {
    const port = await listening(createServer((_request, response) => response.writeHead(200).end("<html></html>")));
    const error = await refusal(port);
    expect(error.message).toContain("gave no answer of a WinRM service");
    expect(error.message).toContain("something else than WinRM answers there");
    expect(error.message).not.toContain("HTTPS");
  });
  it("recognises an NTLM answer without a body that was a login page", async () => {
    const port = await listening(createServer((_request, response) => response.writeHead(200).end("<html>")));
    const error = await refusal(port, { winrm_use_ntlm: true });
    expect(error.message).toContain("answered the beginning of an NTLM login with HTTP 200");
  });
  it("names a port where nothing listens", async () => {
    const server = createTcpServer();
    const port = await listening(server);
    server.close();
    const error = await refusal(port);
    expect(error).toMatchObject({ code: "connect/timeout", stage: "tcp" });
    expect(error.message).toMatch(
      /^Timeout waiting for WinRM\.\nStage:\s+the TCP connection: 127\.0\.0\.1:\d+ refused/,
    );
  });
  it("names a service that accepts and says nothing", async () => {
    const port = await listening(createTcpServer(() => {}));
    const error = await refusal(port, { winrm_timeout: 1000 });
    expect(error).toMatchObject({ code: "connect/timeout", stage: "http" });
  });
  it("names a first command that does not come to its end", async () => {
    const one = await service({ instead: (request) => (request.is === "receive" ? "hang" : undefined) });
    const error = await refusal(one.port);
    expect(error).toMatchObject({ code: "connect/timeout", stage: "shell" });
  });
  it("names the refusal of a shell", async () => {
    const refused = {
      code: "Receiver",
      subcode: "InternalError",
      reason: "no shells today",
      wsmanCode: wsmanFaultCode.envelopeTooLarge,
    };
    const one = await service({
      instead: (request) => (request.is === "create" ? { is: "fault", fault: refused } : undefined),
    });
    const error = await refusal(one.port);
    expect(error.message).toContain("opening a shell: no shells today (WSManFault 2150858817)");
  });
});

describe("proxies", () => {
  it("are asked by HTTP_PROXY, but not with winrm_no_proxy and for names in NO_PROXY", async () => {
    const one = await service();
    const seen: string[] = [];
    const port = await listening(
      createServer((request, response) => {
        seen.push(request.url ?? "");
        response.writeHead(502).end();
      }),
    );
    const env = { HTTP_PROXY: `http://127.0.0.1:${port}` };
    const go = async (
      host: string,
      config: Partial<ConnectConfig>,
      variables: Record<string, string>,
    ): Promise<string> =>
      winrmConnector
        .connect(
          {
            config: { communicator: "winrm", ...usual, winrm_timeout: 300, ...config } as ConnectConfig,
            address: async () => ({ host, port: one.port }),
          },
          {
            host: Object.assign(new FakeHost({ env: variables }), { clock: hastyClock(300) }),
            ui: new FakeUi(),
            signal: AbortSignal.timeout(5000),
            secrets: { add: () => {} },
          },
        )
        .then(
          () => "connected",
          (error: Error) => error.message,
        );
    expect(await go("win.example", {}, env)).toContain("through the HTTP proxy");
    expect(seen[0]).toBe(`http://win.example:${one.port}/wsman`);
    expect(await go("direct.example", { winrm_no_proxy: true }, env)).not.toContain("proxy");
    expect(await go("direct.example", {}, { ...env, NO_PROXY: ".example" })).not.toContain("proxy");
    expect(seen.filter((url) => url.includes("direct.example"))).toEqual([]);
  });
});
