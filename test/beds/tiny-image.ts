import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const tools =
  "sh cat chmod chown cp dd echo env false grep head id ls mkdir mv printf rm sleep stat tar test touch true uname wc whoami";

/** A file system of two megabytes, Debian's static busybox with the users root and app (1000), as a tar archive for `docker import`. */
export function tinyArchive(): { readonly path: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), "kiln-tiny-"));
  const root = join(folder, "root");
  for (const name of ["bin", "etc", "root", "home/app", "proc", "sys", "dev"])
    mkdirSync(join(root, name), { recursive: true });
  copyFileSync("/bin/busybox", join(root, "bin/busybox"));
  chmodSync(join(root, "bin/busybox"), 0o755);
  for (const tool of tools.split(" ")) symlinkSync("busybox", join(root, "bin", tool));
  mkdirSync(join(root, "tmp"));
  chmodSync(join(root, "tmp"), 0o1777);
  writeFileSync(join(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001:app:/home/app:/bin/sh\n");
  writeFileSync(join(root, "etc/group"), "root:x:0:\nstaff:x:50:\napp:x:1001:\n");
  const path = join(folder, "root.tar");
  execFileSync("tar", ["-C", root, "--numeric-owner", "--owner=0", "--group=0", "-cf", path, "."]);
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
