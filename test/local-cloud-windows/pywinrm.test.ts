import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Machine } from "../../packages/local-cloud/src/machine/contract.ts";
import { run } from "../kiln.ts";
import { accepts, openEverything, openSealed, password, pythonWithWinrm, until, WindowsBed } from "./bed.ts";

/** pywinrm knows nothing of this project: what it understands of our server, others will. */
let bed: WindowsBed;
let open: Machine;
let sealed: Machine;
beforeAll(async () => {
  pythonWithWinrm();
  bed = await WindowsBed.open();
  [open, sealed] = await Promise.all([bed.launch(openEverything), bed.launch(openSealed)]);
  await until(
    "WinRM is open",
    async () => (await accepts(open.address, 5986)) && (await accepts(sealed.address, 5985)),
  );
});
afterAll(() => bed[Symbol.asyncDispose]());

interface Result {
  readonly code?: number;
  readonly out?: string;
  readonly err?: string;
  readonly refused?: string;
  readonly failed?: string;
  readonly error?: string;
  readonly timeouts?: number;
}
type Step = Readonly<Record<string, unknown>>;

async function drive(...steps: readonly Step[]): Promise<readonly Result[]> {
  const said = await run(pythonWithWinrm(), [join(import.meta.dirname, "drive.py")], { input: JSON.stringify(steps) });
  expect(said.code, said.stderr).toBe(0);
  return JSON.parse(said.stdout) as Result[];
}
const basic = (more: Step): Step => ({
  endpoint: `http://${open.address}:5985/wsman`,
  user: "Administrator",
  password,
  options: { transport: "basic" },
  ...more,
});
const ntlm = (more: Step, options: Step = {}): Step => ({
  endpoint: `http://${sealed.address}:5985/wsman`,
  user: "Administrator",
  password,
  options: { transport: "ntlm", message_encryption: "always", ...options },
  ...more,
});

describe("pywinrm", () => {
  it("logs in with Basic, runs cmd and PowerShell, and gets exit codes and both streams", async () => {
    const results = await drive(
      basic({ kind: "cmd", command: "echo", args: ["hello", "there"] }),
      basic({ kind: "cmd", command: "exit 7" }),
      basic({ kind: "cmd", command: "dir C:\\nosuch" }),
      basic({ kind: "ps", command: "Write-Output ('6*7=' + 6*7); exit 3" }),
      basic({ kind: "ps", command: "Write-Error 'went wrong'" }),
    );
    expect(results[0]).toEqual({ code: 0, out: "hello there\r\n", err: "" });
    expect(results[1]).toMatchObject({ code: 7 });
    expect(results[2]).toMatchObject({ code: 1, err: expect.stringContaining("File Not Found") });
    expect(results[3]).toEqual({ code: 3, out: "6*7=42\r\n", err: "" });
    expect(results[4]).toMatchObject({ code: 1, out: "", err: expect.stringContaining("went wrong") });
    // pywinrm reads the XML of the error stream; it is no longer seen.
    expect(results[4]?.err).not.toContain("CLIXML");
  });

  it("logs in with NTLM and seals every message, where the machine takes nothing else", async () => {
    const results = await drive(
      ntlm({ kind: "cmd", command: "whoami" }),
      ntlm({ kind: "ps", command: '1..2000 | ForEach-Object { "line $_ of a longer output" }' }),
      ntlm({ kind: "cmd", command: "whoami", user: `${"administrator"}` }),
      ntlm({ kind: "cmd", command: "whoami", password: "wrong" }),
      ntlm({ kind: "cmd", command: "whoami" }, { message_encryption: "never" }),
      ntlm({ kind: "cmd", command: "whoami" }, { transport: "basic", message_encryption: "never" }),
    );
    expect(results[0]).toMatchObject({ code: 0, out: expect.stringMatching(/^win-\w{11}\\administrator\r\n$/) });
    expect(results[1]?.out?.split("\r\n")).toHaveLength(2001);
    expect(results[1]?.out).toContain("line 2000 of a longer output\r\n");
    expect(results[2]).toMatchObject({ code: 0 });
    for (const refused of results.slice(3)) expect(refused).toHaveProperty("refused");
  });

  it("logs in over HTTPS, refuses the certificate unless told not to look, and refuses wrong passwords", async () => {
    const secure = { endpoint: `https://${open.address}:5986/wsman` };
    const results = await drive(
      basic({
        kind: "cmd",
        command: "hostname",
        ...secure,
        options: { transport: "basic", server_cert_validation: "ignore" },
      }),
      basic({
        kind: "cmd",
        command: "hostname",
        ...secure,
        options: { transport: "ntlm", server_cert_validation: "ignore" },
      }),
      basic({ kind: "cmd", command: "hostname", ...secure, options: { transport: "basic" } }),
      basic({ kind: "cmd", command: "hostname", password: "wrong" }),
      basic({ kind: "cmd", command: "hostname", user: "nobody" }),
    );
    expect(results[0]).toMatchObject({ code: 0, out: expect.stringMatching(/^WIN-\w{11}\r\n$/) });
    expect(results[1]).toMatchObject({ code: 0 });
    expect(results[2]?.error).toMatch(/SSL|certificate/i);
    expect(results[3]).toHaveProperty("refused");
    expect(results[4]).toHaveProperty("refused");
  });

  it("feeds standard input, sets environment and directory, and waits past the operation's timeout", async () => {
    const short = { transport: "basic", operation_timeout_sec: 1, read_timeout_sec: 5 };
    const results = await drive(
      basic({
        kind: "raw",
        command: "sort",
        input: [
          ["pear\r\napple\r\n", false],
          ["fig\r\n", true],
        ],
      }),
      basic({
        kind: "raw",
        command: "echo %FOO% & cd",
        shell: { env_vars: { FOO: "bär" }, working_directory: "C:\\Windows\\Temp", codepage: 65001 },
      }),
      basic({ kind: "ps", command: "Start-Sleep -Milliseconds 2500; 'slept'", options: short }),
      basic({ kind: "interrupt", command: "ping -n 60 127.0.0.1", options: short }),
      basic({ kind: "raw", command: "echo %FOO% & cd" }),
    );
    expect(results[0]).toMatchObject({ code: 0, out: "apple\r\nfig\r\npear\r\n" });
    expect(results[1]).toMatchObject({ out: "bär \r\nC:\\Windows\\Temp\r\n" });
    expect(results[2]).toMatchObject({ code: 0, out: "slept\r\n" });
    expect(results[3]?.error ?? "").toBe("");
    expect(results[4]).toMatchObject({ out: "%FOO% \r\nC:\\Users\\Administrator\r\n" });
  });

  it("is told loudly what the stand-in does not know, whatever the script tries", async () => {
    const results = await drive(
      basic({ kind: "ps", command: "try { Get-WindowsFeature } catch { 'caught' }; 'went on'" }),
      basic({ kind: "cmd", command: "msiexec /i x.msi & echo went on" }),
      basic({ kind: "ps", command: "Get-ChildItem -Attributes Hidden -ErrorAction SilentlyContinue; 'went on'" }),
      basic({ kind: "ps", command: "(New-Object Net.WebClient).DownloadString('http://example.com')" }),
      basic({ kind: "cmd", command: "nosuchprogram" }),
    );
    for (const result of results.slice(0, 4)) {
      expect(result).toMatchObject({ code: 50, err: expect.stringContaining("this stand-in does not know") });
      expect(result.out).not.toContain("went on");
    }
    expect(results[4]).toMatchObject({
      code: 1,
      err: expect.stringContaining("is not recognized as an internal or external command"),
    });
  });
});
