import { cp, mkdir, realpath, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { say } from "./bench.ts";

/** What a shell script and a login need, and nothing that makes machines: no sudo, no setpriv, no script. */
const tools = [
  "sh",
  "cat",
  "ls",
  "id",
  "env",
  "awk",
  "sleep",
  "umount",
  "rmdir",
  "mkdir",
  "tee",
  "rm",
  "echo",
  "stty",
  "tty",
  "kill",
  "uname",
];

/** A small root file system of this host's own programs, as a directory. */
export async function slimTree(folder: string): Promise<string> {
  const paths = new Set<string>();
  for (const tool of tools) {
    const path = (await say("sh", ["-c", `command -v ${tool} || true`])).output.trim();
    const found = path.startsWith("/") ? path : `/bin/${tool}`;
    const real = await realpath(found);
    await place(folder, found, real);
    for (const [, library = ""] of (await say("ldd", [real])).output.matchAll(/(?:^|\s)(\/\S+) \(0x/gm))
      paths.add(library);
  }
  for (const path of paths) await place(folder, path, await realpath(path));
  for (const name of ["etc", "root", "var/log", "home", "usr/bin", "sbin"])
    await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
  await writeFile(join(folder, "etc/group"), "root:x:0:\n");
  await writeFile(join(folder, "etc/shadow"), "root:*:19000:0:99999:7:::\n", { mode: 0o600 });
  return folder;
}

async function place(folder: string, path: string, real: string): Promise<void> {
  const target = join(folder, path);
  await mkdir(dirname(target), { recursive: true });
  await cp(real, target).catch(() => undefined);
  // Scripts say #!/bin/sh; the shell may have been found elsewhere.
  if (path.endsWith("/sh") && path !== "/bin/sh") {
    await mkdir(join(folder, "bin"), { recursive: true });
    await symlink(path, join(folder, "bin/sh")).catch(() => undefined);
  }
}
