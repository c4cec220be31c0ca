import { createHash } from "node:crypto";
import { FakeHost } from "@kiln/sdk/testing";
import { describe, expect, it } from "vitest";
import { endpointAt, findEndpoint } from "./endpoint.ts";

describe("an endpoint", () => {
  it.each([
    ["unix:///run/docker.sock", { path: "/run/docker.sock" }],
    ["tcp://127.0.0.1:2375", { host: "127.0.0.1", port: 2375 }],
    ["tcp://[::1]:2375", { host: "::1", port: 2375 }],
    ["npipe:////./pipe/docker_engine", { path: "\\\\.\\pipe\\docker_engine" }],
    ["ssh://me@there", undefined],
    ["tcp://there", undefined],
  ])("%s", (url, address) => {
    expect(endpointAt(url)).toEqual(address ? { url, address } : { url });
  });
});

describe("the engine is where the command line would look:", () => {
  const context = (host: string, tls = false): Readonly<Record<string, string>> => {
    const id = createHash("sha256").update("far").digest("hex");
    return {
      [`/home/me/.docker/contexts/meta/${id}/meta.json`]: JSON.stringify({ Endpoints: { docker: { Host: host } } }),
      ...(tls && { [`/home/me/.docker/contexts/tls/${id}/docker/ca.pem`]: "" }),
    };
  };
  const find = (env: Readonly<Record<string, string>>, files = {}, program = "docker") =>
    findEndpoint(program, new FakeHost({ env: { HOME: "/home/me", ...env }, files }));

  it("the platform's own place", async () => {
    expect(await find({})).toMatchObject({ address: { path: "/var/run/docker.sock" } });
    expect(await find({ DOCKER_CONTEXT: "default" })).toMatchObject({ address: { path: "/var/run/docker.sock" } });
  });
  it("DOCKER_HOST before all else, but TLS is left to the command line", async () => {
    const files = { "/home/me/.docker/config.json": '{"currentContext":"far"}', ...context("unix:///far.sock") };
    expect(await find({ DOCKER_HOST: "unix:///a" }, files)).toMatchObject({ address: { path: "/a" } });
    expect(await find({ DOCKER_HOST: "tcp://a:2376", DOCKER_TLS_VERIFY: "1" })).toEqual({ url: "tcp://a:2376" });
  });
  it("the context that is chosen", async () => {
    const files = { "/home/me/.docker/config.json": '{"currentContext":"far"}', ...context("unix:///far.sock") };
    expect(await find({}, files)).toMatchObject({ address: { path: "/far.sock" } });
    expect(await find({ DOCKER_CONTEXT: "far" }, context("tcp://far:2376", true))).toEqual({});
    expect(await find({ DOCKER_CONTEXT: "unknown" })).toEqual({});
  });
  it("not known for other programs", async () => {
    expect(await find({}, {}, "/usr/bin/podman")).toEqual({});
    expect(await find({}, {}, "/opt/docker")).toMatchObject({ address: { path: "/var/run/docker.sock" } });
  });
});
