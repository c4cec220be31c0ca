import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

const here = import.meta.dirname;

/** Made once per recipe and kept under ~/.cache/kiln-test; two makers at once wait for each other. */
function made(recipe: "debian-image" | "tiny-guest"): string {
  const script = resolve(here, `${recipe}.sh`);
  const digest = createHash("sha256");
  for (const path of [script, resolve(here, "guest-parts.sh")]) digest.update(readFileSync(path));
  const folder = join(homedir(), ".cache", "kiln-test");
  const image = join(folder, `${recipe}-${digest.digest("hex").slice(0, 12)}.qcow2`);
  mkdirSync(folder, { recursive: true });
  const make = `[ -e "$1" ] || bash "$2" "$1"`;
  if (!existsSync(image)) {
    execFileSync("flock", [join(folder, `${recipe}.lock`), "sh", "-c", make, "sh", image, script], {
      stdio: ["ignore", "ignore", "pipe"],
    });
  }
  return image;
}

/** A bootable Debian with systemd and sshd (root, password `packer`), about 30 s to SSH under emulation; its disk is /dev/vda. */
export function debianImage(): string {
  return made("debian-image");
}

/**
 * A guest of busybox and dropbear (root, password `packer`), a few seconds to SSH. All in memory but /data (ext4, /dev/vda2), where
 * `authorized_keys` and a program `boot` are heeded. `halt-now` powers off. Kernel argument `tiny.mute` keeps it from starting SSH, `tiny.off` has it write a line to /data/boots and power off.
 */
export function tinyGuest(): { readonly image: string; readonly kernel: string; readonly initramfs: string } {
  const image = made("tiny-guest");
  return { image, kernel: image.replace(/qcow2$/, "vmlinuz"), initramfs: image.replace(/qcow2$/, "initrd") };
}
