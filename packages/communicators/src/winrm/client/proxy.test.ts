import { describe, expect, it } from "vitest";
import { proxyFor } from "./proxy.ts";

const through = (host: string, env: Record<string, string>, ssl = false): string | undefined => {
  const proxy = proxyFor({ host, port: 5985 }, ssl, env);
  return proxy && `${proxy.kind}://${proxy.host}:${proxy.port}`;
};

describe("the proxy of a machine", () => {
  it("is named by the scheme's variable, in capitals or not", () => {
    const env = { HTTP_PROXY: "http://p:3128", https_proxy: "socks5://[::1]" };
    expect(through("win", env)).toBe("http://p:3128");
    expect(through("win", env, true)).toBe("socks5://::1:1080");
    expect(through("win", {})).toBeUndefined();
    expect(through("win", { HTTP_PROXY: "p.example:8080" })).toBe("http://p.example:8080");
  });
  it("has the user and password of its address", () => {
    expect(proxyFor({ host: "win", port: 5985 }, false, { HTTP_PROXY: "http://me:p%40ss@p" })).toMatchObject({
      username: "me",
      password: "p@ss",
      port: 80,
    });
  });
  it("is left out for what NO_PROXY names, and for this machine", () => {
    const env = (list: string) => ({ HTTP_PROXY: "http://p:1", NO_PROXY: list });
    for (const [host, list] of [
      ["localhost", ""],
      ["127.0.0.5", ""],
      ["win.corp.example", "corp.example"],
      ["win.corp.example", "other, .corp.example"],
      ["win.corp.example", "*.corp.example"],
      ["corp.example", "corp.example:5985"],
      ["10.1.2.3", "10.0.0.0/8"],
      ["10.1.2.3", "10.1.2.3"],
      ["anything", "*"],
      ["fd00::1", "fd00::1"],
    ] as const) {
      expect([host, list, through(host, env(list))]).toEqual([host, list, undefined]);
    }
    for (const [host, list] of [
      ["corp.example", ".corp.example"],
      ["corp.example", "corp.example:5986"],
      ["mycorp.example", "corp.example"],
      ["11.1.2.3", "10.0.0.0/8"],
    ] as const) {
      expect([host, list, through(host, env(list))]).toEqual([host, list, "http://p:1"]);
    }
  });
  it("that is none is said to be so", () => {
    expect(() => through("win", { HTTP_PROXY: "ftp://p" })).toThrow("a proxy of the kind ftp");
    expect(() => through("win", { HTTP_PROXY: "http://" })).toThrow("HTTP_PROXY is not the address of a proxy");
  });
});
