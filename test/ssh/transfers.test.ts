import { execFileSync } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Communicator } from "@kiln/sdk";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
// The words are the package's own; what a shell makes of them is what matters.
import { remotePattern, remoteWord } from "../../packages/communicators/src/ssh/transfer/quote.ts";
import { connectTo, output } from "./connecting.ts";
import { delayed } from "./delay.ts";
import { ordinaryUser, type Sshd, startSshd } from "./sshd.ts";

let base: string;
let dir: string;
let user: { readonly name: string; readonly uid: number };
let sshd: Sshd;
const signal = (): AbortSignal => AbortSignal.timeout(30_000);
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "kiln-transfers-"));
  await chmod(base, 0o755);
  const ordinary = await ordinaryUser(base);
  user = ordinary;
  sshd = await startSshd({ inNamespace: ordinary.inNamespace });
});
afterAll(async () => {
  await sshd[Symbol.asyncDispose]();
  execFileSync("chmod", ["-R", "u+rwx", base]);
  await rm(base, { recursive: true, force: true });
});
beforeEach(async () => {
  dir = await mkdtemp(join(base, "t-"));
  await chmod(dir, 0o755);
  await mkdir(join(dir, "to"));
  await chown(join(dir, "to"), user.uid, user.uid);
});
afterEach(() => execFileSync("chmod", ["-R", "u+rwx", dir]));

function asUser(method: "scp" | "sftp", port = sshd.port): Promise<Communicator> {
  return connectTo(port, {
    ssh_username: user.name,
    ssh_private_key_file: sshd.keyFile,
    ssh_timeout: 15_000,
    ssh_file_transfer_method: method,
  });
}

for (const method of ["scp", "sftp"] as const) {
  describe(`directories over ${method}, as an ordinary user`, () => {
    it("keep read-only files and directories, and follow symbolic links", async () => {
      await mkdir(join(dir, "src/closed/inner"), { recursive: true });
      await writeFile(join(dir, "src/readonly"), "R", { mode: 0o444 });
      await writeFile(join(dir, "src/closed/file"), "C", { mode: 0o400 });
      await writeFile(join(dir, "src/closed/inner/deep"), "D");
      await mkdir(join(dir, "elsewhere"));
      await writeFile(join(dir, "elsewhere/linked"), "L");
      await symlink(join(dir, "elsewhere"), join(dir, "src/link"));
      await symlink("readonly", join(dir, "src/alias"));
      await chmod(join(dir, "src/closed/inner"), 0o555);
      await chmod(join(dir, "src/closed"), 0o555);
      await using comm = await asUser(method);
      await comm.uploadDirectory(join(dir, "src"), join(dir, "to"), { signal: signal() });
      const to = join(dir, "to/src");
      const mode = async (path: string): Promise<number> => (await stat(join(to, path))).mode & 0o777;
      expect(await mode("readonly")).toBe(0o444);
      expect(await mode("closed")).toBe(0o555);
      expect(await mode("closed/inner")).toBe(0o555);
      expect(await mode("closed/file")).toBe(0o400);
      expect(await readFile(join(to, "closed/inner/deep"), "utf8")).toBe("D");
      expect(await readFile(join(to, "link/linked"), "utf8")).toBe("L");
      expect(await readFile(join(to, "alias"), "utf8")).toBe("R");
    });

    it("say which file is refused, and write nothing anywhere else", async () => {
      await mkdir(join(dir, "src/sub"), { recursive: true });
      // What stands in these files would be read as records, were it not held back.
      await writeFile(join(dir, "src/sub/a"), "E\nC0644 4 stray\nboo!");
      await writeFile(join(dir, "src/sub/b"), "E\n");
      await writeFile(join(dir, "src/z"), "Z");
      await mkdir(join(dir, "to/sub"));
      for (const name of ["a", "b"]) await writeFile(join(dir, "to/sub", name), "old", { mode: 0o644 });
      await using comm = await asUser(method);
      const error = await comm.uploadDirectory(`${join(dir, "src")}/`, join(dir, "to"), { signal: signal() }).then(
        () => undefined,
        (thrown: Error) => thrown,
      );
      expect(error).toMatchObject({ code: "transfer/refused" });
      expect(error?.message).toMatch(/sub\/a: Permission denied/);
      expect(error?.message).not.toMatch(/protocol error/);
      expect(await readdir(join(dir, "to/sub"))).toEqual(["a", "b"]);
      expect((await readdir(join(dir, "to"))).filter((name) => name !== "z")).toEqual(["sub"]);
      expect(await readFile(join(dir, "to/sub/a"), "utf8")).toBe("old");
    });

    it("report a directory that cannot be made, without spilling its files", async () => {
      await mkdir(join(dir, "src/sub"), { recursive: true });
      await writeFile(join(dir, "src/sub/same"), "new");
      await writeFile(join(dir, "to/sub"), "in the way");
      await writeFile(join(dir, "to/same"), "precious");
      await chown(join(dir, "to/same"), user.uid, user.uid);
      await using comm = await asUser(method);
      const work = comm.uploadDirectory(`${join(dir, "src")}/`, join(dir, "to"), { signal: signal() });
      await expect(work).rejects.toThrow(/sub: Not a directory/);
      expect(await readFile(join(dir, "to/same"), "utf8")).toBe("precious");
    });

    it("name a link that leads nowhere", async () => {
      await mkdir(join(dir, "src"));
      await symlink("nowhere", join(dir, "src/dangling"));
      await using comm = await asUser(method);
      const work = comm.uploadDirectory(join(dir, "src"), join(dir, "to"), { signal: signal() });
      await expect(work).rejects.toThrow(/src\/dangling is a symbolic link that leads nowhere/);
    });

    it("come down by pattern, with links followed and home directories found", async () => {
      await using comm = await asUser(method);
      await comm.exec(
        "mkdir -p ~/logs/old; echo 1 > ~/logs/a.log; echo 2 > ~/logs/b.log; echo 3 > ~/logs/old/c.txt; ln -s ../a.log ~/logs/old/link",
        {
          signal: signal(),
        },
      );
      await comm.downloadDirectory("~/logs/*.log", join(dir, "down"), { signal: signal() });
      expect((await readdir(join(dir, "down"))).sort()).toEqual(["a.log", "b.log"]);
      await comm.downloadDirectory("~/logs/", join(dir, "down"), { signal: signal() });
      expect(await readFile(join(dir, "down/logs/old/link"), "utf8")).toBe("1\n");
      const content = (async function* () {
        yield new TextEncoder().encode("here");
      })();
      await comm.upload(content, "~/in home.txt", { signal: signal() });
      expect(await output(comm, "cat ~/'in home.txt'; rm -r ~/logs ~/'in home.txt'")).toBe("here");
    });

    it("of more files than one batch holds arrive whole, deep ones too", async () => {
      const deep = join(dir, "src", ...Array.from({ length: 20 }, (_, i) => `level ${i}`));
      await mkdir(deep, { recursive: true });
      const many = method === "scp" ? 4300 : 800;
      await Promise.all(
        Array.from({ length: many }, (_, i) =>
          writeFile(join(i < many - 200 ? join(dir, "src") : deep, `f${i}`), `${i}`),
        ),
      );
      await writeFile(join(deep, "large"), new Uint8Array(700_000).fill(3));
      await using comm = await asUser(method);
      await comm.uploadDirectory(join(dir, "src"), join(dir, "to"), { signal: signal() });
      expect(execFileSync("diff", ["-r", join(dir, "src"), join(dir, "to/src")]).toString()).toBe("");
      await comm.downloadDirectory(join(dir, "to/src"), join(dir, "down"), { signal: signal() });
      expect(execFileSync("diff", ["-r", join(dir, "src"), join(dir, "down/src")]).toString()).toBe("");
    });

    it("at 200 ms of round trip cost few of them", async () => {
      await mkdir(join(dir, "src"));
      for (let i = 0; i < 200; i++) await writeFile(join(dir, "src", `f${i}`), new Uint8Array(4096).fill(i));
      await using slow = await delayed(sshd.port, 200);
      await using comm = await asUser(method, slow.port);
      const started = performance.now();
      await comm.uploadDirectory(join(dir, "src"), join(dir, "to"), { signal: signal() });
      // One round trip a file would be forty seconds.
      expect(performance.now() - started).toBeLessThan(20_000);
      const back = performance.now();
      await comm.downloadDirectory(join(dir, "to/src"), join(dir, "down"), { signal: signal() });
      expect(performance.now() - back).toBeLessThan(20_000);
    });
  });
}

describe("paths as words of a shell", () => {
  it("are what they were, whatever they hold", () => {
    const char = fc.oneof(
      fc.constantFrom(..." '\"\\$`*?[]{}()<>|&;!#~=%^\n\t-/.".split("")),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
    );
    const path = fc
      .array(char, { minLength: 1, maxLength: 12 })
      .map((chars) => `/x${chars.join("").replaceAll("\0", "")}`);
    fc.assert(
      fc.property(fc.array(path, { minLength: 20, maxLength: 20 }), (paths) => {
        const script = `printf '%s\\0' ${paths.map(remoteWord).join(" ")}`;
        const got = execFileSync("/bin/sh", ["-c", script]).toString().split("\0").slice(0, -1);
        expect(got).toEqual(paths);
      }),
      { numRuns: 40 },
    );
  });
  it("leave a home directory and patterns to the shell, and only those", () => {
    const env = { HOME: "/home/me", WHERE: "/a b" };
    const shell = (word: string): string => execFileSync("/bin/sh", ["-c", `printf %s ${word}`], { env }).toString();
    expect(shell(remoteWord("~/a $b"))).toBe("/home/me/a $b");
    expect(shell(remoteWord("$WHERE/c$HOME"))).toBe("/a b/c$HOME");
    expect(shell(remoteWord(`\${WHERE}/x`))).toBe("/a b/x");
    expect(shell(remoteWord("-rf"))).toBe("./-rf");
    expect(shell(remotePattern("/etc/pass*d"))).toBe("/etc/passwd");
    expect(shell(remotePattern("/no such $dir/*"))).toBe("/no such $dir/*");
  });
});
