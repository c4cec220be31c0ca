import type { ConnectConfig } from "@kiln/sdk";
import { describe, expect, it } from "vitest";
import { sshSettings } from "./settings.ts";
import { readTunnel } from "./tunnel-text.ts";

const settings = (config: Partial<ConnectConfig>) => sshSettings({ communicator: "ssh", ...config } as ConnectConfig);

describe("SSH settings", () => {
  it("wait five minutes and ten logins only where neither is set", () => {
    expect(settings({})).toMatchObject({ timeout: 300_000, attempts: 10 });
    expect(settings({ ssh_timeout: 1000 })).toMatchObject({ timeout: 1000, attempts: undefined });
    expect(settings({ ssh_wait_timeout: 2000 })).toMatchObject({ timeout: 2000, attempts: undefined });
    expect(settings({ ssh_handshake_attempts: 3 })).toMatchObject({ timeout: undefined, attempts: 3 });
  });
  it("keep the connection alive every five seconds, unless told otherwise", () => {
    expect(settings({}).keepAlive).toBe(5000);
    expect(settings({ ssh_keep_alive_interval: 700 }).keepAlive).toBe(700);
    expect(settings({ ssh_keep_alive_interval: -1 }).keepAlive).toBeUndefined();
  });
  it("lend the machine's user, key and certificate to the bastion", () => {
    const { bastion } = settings({
      ssh_username: "me",
      ssh_private_key_file: "key",
      ssh_certificate_file: "cert",
      ssh_bastion_host: "hop",
    });
    expect(bastion).toMatchObject({ port: 22, username: "me", keyFile: "key", certificateFile: "cert" });
    const own = settings({
      ssh_certificate_file: "cert",
      ssh_bastion_host: "hop",
      ssh_bastion_private_key_file: "own",
    });
    expect(own.bastion).toMatchObject({ keyFile: "own", certificateFile: undefined });
  });
  it("speak SOCKS5 to a proxy, or HTTP where its address says so", () => {
    expect(settings({ ssh_proxy_host: "p" }).proxy).toMatchObject({ kind: "socks5", host: "p", port: 1080 });
    expect(settings({ ssh_proxy_host: "http://p:3128" }).proxy).toMatchObject({ kind: "http", host: "p", port: 3128 });
    expect(settings({ ssh_proxy_host: "socks5://p/" }).proxy).toMatchObject({ kind: "socks5", host: "p" });
  });
  it("read tunnels", () => {
    expect(readTunnel("8080:localhost:80")).toEqual({ listenPort: 8080, host: "localhost", port: 80 });
    expect(readTunnel("8080:[::1]:80")).toEqual({ listenPort: 8080, host: "::1", port: 80 });
    for (const wrong of ["", "80", "80:80", "x:h:80", "0:h:80", "80:h:65536", "80::80"]) {
      expect(readTunnel(wrong)).toBeUndefined();
    }
  });
});
