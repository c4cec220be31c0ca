import type { ConfigOf, communicatorOptions } from "@kiln/sdk";
import { FakeBuild, FakeHost, fakePrepareContext } from "@kiln/sdk/testing";
import { describe, expect, it } from "vitest";
import { fileBuilder } from "./file/index.ts";
import { mockCommunicator } from "./file/mock-communicator.ts";
import { nullBuilder } from "./null/index.ts";

type Connection = ConfigOf<typeof communicatorOptions>;

describe("null", () => {
  const prepare = (config: Partial<Connection>): ReturnType<typeof nullBuilder.prepare> =>
    nullBuilder.prepare({ communicator: "ssh", ...config }, fakePrepareContext());
  const problems = async (config: Partial<Connection>): Promise<readonly string[]> => {
    const result = await prepare(config);
    return result.ok ? [] : result.diagnostics.map((d) => d.summary);
  };

  it("wants host, user and one way to log in", async () => {
    expect(await problems({})).toEqual([
      "a Host must be specified, please reference your communicator documentation",
      "a Username must be specified, please reference your communicator documentation",
      "one authentication method must be specified, please reference your communicator documentation",
    ]);
    expect(await problems({ communicator: "none" })).toEqual([]);
    const target = { ssh_host: "h", ssh_username: "u" };
    expect(await problems({ ...target, ssh_password: "p" })).toEqual([]);
    expect(await problems({ ...target, ssh_agent_auth: true })).toEqual([]);
    expect(await problems({ ...target, ssh_password: "p", ssh_private_key_file: "k" })).toEqual([
      "only one of ssh_agent_auth, ssh_password, and ssh_private_key_file must be specified",
    ]);
    expect(
      await problems({ communicator: "winrm", winrm_host: "h", winrm_username: "u", winrm_password: "p" }),
    ).toEqual([]);
  });

  it.each([
    [{ ssh_host: "h", ssh_username: "u", ssh_password: "p" }, "h", 22],
    [{ ssh_host: "h", ssh_port: 2222, ssh_username: "u", ssh_password: "p" }, "h", 2222],
    [{ communicator: "winrm", winrm_host: "w", winrm_username: "u", winrm_password: "p" }, "w", 5985],
    [
      { communicator: "winrm", winrm_use_ssl: true, winrm_host: "w", winrm_username: "u", winrm_password: "p" },
      "w",
      5986,
    ],
  ])("connects and provisions: %j", async (config, host, port) => {
    const result = await prepare(config);
    if (!result.ok) throw new Error("refused");
    const ctx = new FakeBuild();
    ctx.communicator = mockCommunicator;
    const artifact = await result.value.run(ctx);
    expect(ctx.steps).toEqual(["StepConnect", "StepProvision"]);
    expect(ctx.targets[0]?.knownHost).toBe(host);
    expect(await ctx.targets[0]?.address(ctx.signal)).toEqual({ host, port });
    expect(ctx.provisioned[0]?.facts).toEqual({ ID: "Null" });
    expect(artifact).toMatchObject({ builderId: "fnoeding.null", id: "Null", files: [] });
    expect(artifact?.describe()).toBe("Did not export anything. This is the null builder");
  });
});

describe("file", () => {
  const host = (): FakeHost => new FakeHost({ files: { "in.txt": "hello" } });
  const prepare = (config: Parameters<typeof fileBuilder.prepare>[0]): ReturnType<typeof fileBuilder.prepare> =>
    fileBuilder.prepare(config, fakePrepareContext());

  it("says what is wrong", async () => {
    expect(await prepare({})).toMatchObject({
      ok: false,
      diagnostics: [{ summary: "target required" }, { severity: "warning" }],
    });
    expect(await prepare({ target: "t", source: "a", content: "b" })).toMatchObject({
      diagnostics: [{ summary: "Cannot specify source file AND content" }],
    });
    expect(await prepare({ target: "t" })).toMatchObject({
      ok: true,
      warnings: [{ summary: "Both source file and contents are blank; target will have no content" }],
    });
  });

  it.each([
    [{ target: "out/dir/t", content: "text" }, "text", []],
    [{ target: "t" }, "", []],
    [{ target: "t", source: "in.txt" }, "hello", ["==> Copying in.txt to t", "==> Copied 5 bytes"]],
  ])("makes %j", async (config, content, lines) => {
    const result = await prepare(config);
    if (!result.ok) throw new Error("refused");
    const ctx = new FakeBuild({ host: host() });
    const artifact = await result.value.run(ctx);
    expect(ctx.host.files.text(config.target)).toBe(content);
    expect(ctx.ui.lines).toEqual(lines);
    expect(ctx.provisioned[0]?.communicator.kind).toBe("mock");
    expect(artifact).toMatchObject({ builderId: "packer.file", id: "File", files: [config.target] });
    expect(artifact?.describe()).toBe(`Stored file: ${config.target}`);
    await artifact?.destroy(ctx.signal);
    expect(ctx.host.files.text(config.target)).toBeUndefined();
  });

  it("leaves no half copy, and says why", async () => {
    const result = await prepare({ target: "t", source: "in.txt" });
    if (!result.ok) throw new Error("refused");
    const ctx = new FakeBuild({ host: host() });
    ctx.host.files.failWith("t", "ENOSPC");
    await expect(result.value.run(ctx)).rejects.toThrow("no space left on device");
    expect(ctx.host.files.paths()).toEqual(["in.txt"]);
    const missing = await prepare({ target: "t", source: "nope" });
    if (!missing.ok) throw new Error("refused");
    await expect(missing.value.run(ctx)).rejects.toThrow("open nope: no such file or directory");
  });
});
