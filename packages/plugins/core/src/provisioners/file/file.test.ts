import type { Communicator, ProvisionContext } from "@kiln/sdk";
import { FakeHost, FakeRun, fakePrepareContext } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import type { Config } from "./config.ts";
import { file } from "./index.ts";

/** Records transfers; what is asked for exists unless it is called `nope`. */
class Machine implements Communicator {
  readonly kind: string;
  constructor(kind: string) {
    this.kind = kind;
  }
  readonly moved: string[] = [];
  async exec(): Promise<{ readonly exit: number }> {
    return { exit: 0 };
  }
  async upload(
    source: AsyncIterable<Uint8Array>,
    path: string,
    options: { readonly mode?: number; readonly size?: number },
  ): Promise<void> {
    let text = "";
    for await (const chunk of source) text += Buffer.from(chunk).toString();
    if (path.includes("nope")) throw new Error("no such directory");
    this.moved.push(`upload ${path} ${options.mode?.toString(8)} ${options.size} ${text}`);
  }
  async uploadDirectory(
    local: string,
    remote: string,
    options: { readonly exclude?: readonly string[] },
  ): Promise<void> {
    this.moved.push(`upload ${local} in ${remote} but ${options.exclude?.join(" ")}`);
  }
  async *download(path: string): AsyncGenerator<Uint8Array> {
    if (path.includes("nope")) throw new Error("no such file");
    yield Buffer.from(`content of ${path}`);
    if (path.includes("half")) throw new Error("connection lost");
  }
  async downloadDirectory(remote: string, local: string): Promise<void> {
    this.moved.push(`download ${remote} in ${local}`);
  }
  async [Symbol.asyncDispose](): Promise<void> {}
}

const defaults = { direction: "upload", generated: false } as const;
const newHost = (): FakeHost => {
  const host = new FakeHost({ files: { "a.txt": "a", "dir/b.txt": "b", "/abs/c.txt": "c" } });
  host.files.put("run.sh", "r", 0o755);
  return host;
};
async function problems(settings: Partial<Config>): Promise<readonly string[]> {
  const result = await file.prepare({ ...defaults, ...settings }, fakePrepareContext({ host: newHost() }));
  return result.ok ? [] : result.diagnostics.map((d) => d.summary);
}
async function moved(settings: Partial<Config>, host = newHost(), kind = "ssh"): Promise<readonly string[]> {
  const machine = new Machine(kind);
  const ctx = Object.assign(new FakeRun({ host, buildValues: { ID: "i-1" } }), {
    machine: { communicator: machine, facts: {} },
  });
  const result = await file.prepare({ ...defaults, ...settings }, fakePrepareContext({ host }));
  if (!result.ok) throw new Error(result.diagnostics[0]?.summary);
  await result.value.run(ctx as unknown as ProvisionContext);
  return [...ctx.ui.lines, ...machine.moved];
}

it("says everything that is wrong", async () => {
  expect(await problems({ source: "nope", direction: "sideways" })).toEqual([
    "Direction must be one of: download, upload.",
    "Destination must be specified.",
  ]);
  expect(await problems({ sources: ["a.txt", "nope"], source: "nada", content: "x", destination: "/d" })).toEqual([
    "source(s) conflicts with content.",
    "Bad source 'nope': stat nope: no such file or directory",
    "Bad source 'nada': stat nada: no such file or directory",
  ]);
  expect(await problems({ source: "nope", destination: "/d", generated: true })).toEqual([]);
  expect(await problems({ source: "/remote", destination: "d", direction: "download" })).toEqual([]);
});

it("uploads files with their modes, sources before source", async () => {
  expect(await moved({ sources: ["a.txt", "/abs/c.txt"], source: "run.sh", destination: "/up/" })).toEqual([
    "==> Uploading a.txt => /up/",
    "==> Uploading /abs/c.txt => /up/",
    "==> Uploading run.sh => /up/",
    "upload /up/a.txt 644 1 a",
    "upload /up/c.txt 644 1 c",
    "upload /up/run.sh 755 1 r",
  ]);
});

it("leaves directories to the communicator, slash and all", async () => {
  expect(await moved({ source: "dir/", destination: "/up", exclude: ["*.log", ".git"] })).toEqual([
    "==> Uploading dir/ => /up",
    "upload dir/ in /up but *.log .git",
  ]);
});

it("uploads a text through a file that goes again", async () => {
  const host = newHost();
  const [said, sent] = await moved({ content: "for {{.ID}}", destination: "/etc/{{.ID}}" }, host);
  expect(said).toMatch(/^==> Uploading \/tmp\/pkr-file-content\d+ => \/etc\/i-1$/);
  expect(sent).toBe("upload /etc/i-1 600 7 for i-1");
  expect(host.files.paths().filter((path) => path.startsWith("/tmp"))).toEqual([]);
});

it("does nothing where there is nothing to send", async () => {
  expect(await moved({ destination: "/up" })).toEqual([]);
});

it("downloads files and directories", async () => {
  const host = newHost();
  expect(
    await moved(
      { sources: ["/etc/hosts", "/var/log/", "/tmp/*.txt"], destination: "out/in/", direction: "download" },
      host,
    ),
  ).toEqual([
    "==> Downloading /etc/hosts => out/in/",
    "==> Downloading /var/log/ => out/in/",
    "==> Downloading /tmp/*.txt => out/in/",
    "download /var/log/ in out/in/",
    "download /tmp/*.txt in out/in/",
  ]);
  expect(host.files.text("out/in/hosts")).toBe("content of /etc/hosts");
});

it("leaves the older copy where the download cannot start, and no half file where it breaks off", async () => {
  const host = newHost();
  await expect(moved({ source: "/nope", destination: "a.txt", direction: "download" }, host)).rejects.toThrow(
    "no such file",
  );
  expect(host.files.text("a.txt")).toBe("a");
  await expect(moved({ source: "/half", destination: "h.txt", direction: "download" }, host)).rejects.toThrow("lost");
  expect(host.files.text("h.txt")).toBeUndefined();
});

it("says that an upload failed", async () => {
  await expect(moved({ source: "a.txt", destination: "/nope/a" })).rejects.toThrow("no such directory");
});

it("knows the separators of Windows where the machine is one", async () => {
  const up = async (destination: string, kind: string): Promise<string | undefined> =>
    (await moved({ source: "a.txt", destination }, newHost(), kind)).at(-1)?.split(" ")[1];
  expect(await up("C:\\up\\", "winrm")).toBe("C:\\up\\a.txt");
  expect(await up("up\\", "winrm")).toBe("up\\a.txt");
  expect(await up("c:/up/", "winrm")).toBe("c:/up/a.txt");
  expect(await up("C:\\up\\", "ssh")).toBe("C:\\up\\a.txt");
  expect(await up("C:\\up", "winrm")).toBe("C:\\up");
  // A file name may end so elsewhere.
  expect(await up("/up\\", "ssh")).toBe("/up\\");
  const host = newHost();
  const down = await moved(
    { sources: ["C:\\logs\\", "C:\\logs\\x.log"], destination: "out/", direction: "download" },
    host,
    "winrm",
  );
  expect(down.at(-1)).toBe("download C:\\logs\\ in out/");
  expect(host.files.text("out/x.log")).toBe("content of C:\\logs\\x.log");
});
