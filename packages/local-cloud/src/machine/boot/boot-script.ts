import { quote } from "../../ssh-server/enter.ts";
import type { BasePart } from "../base/prepared-base.ts";

/** How a machine's root is put together. */
export interface CloneMethod {
  /**
   * `nested`: the covered base is an overlay of its own and the machine's lies on it, because the kernel refuses lower
   * directories inside one another (images are kept on the host's root file system). `direct`: one overlay for all, where the
   * host's root is an overlay itself and a third level is refused. `copy`: no overlay at all.
   */
  readonly kind: "nested" | "direct" | "copy";
  /** The kernel may skip waiting for disks (5.10): nobody needs a rehearsal machine after a power cut. */
  readonly volatile: boolean;
}

/** What a machine's boot script is written from. All paths are below its own directory, which is the working directory. */
export interface BootPlan {
  readonly parts: readonly (BasePart & { readonly layers: number })[];
  readonly method: CloneMethod;
  readonly hostName: string;
  /** Its own network: `/proc/sys/net` may be written. */
  readonly ownNetwork: boolean;
}

/**
 * The shell script that is a new machine's first process until its root is ready: it mounts with util-linux in the
 * private mount namespace, leaves the host's tree behind, and becomes the machine's init. It says `pid N` (as the host counts)
 * on descriptor 3 first, so that network and SSH server can be made meanwhile. With the argument `again`, the name that the disk
 * holds is the machine's.
 */
export function bootScript(plan: BootPlan): string {
  return `set -eu
umask 022
read -r pid rest </proc/self/stat
echo "pid $pid" >&3
echo ${quote(plan.hostName)} >/proc/sys/kernel/hostname
${plan.parts.map((part) => mountPart(part, plan.method)).join("\n")}
[ "\${1-}" != again ] || [ ! -s root/etc/hostname ] || head -n 1 root/etc/hostname >/proc/sys/kernel/hostname
mount -t tmpfs -o mode=755,nosuid,size=1m dev root/dev
cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty root/dev/
[ ! -e /dev/fuse ] || cp -a /dev/fuse root/dev/
chmod 666 root/dev/null root/dev/zero root/dev/full root/dev/random root/dev/urandom root/dev/tty
mkdir root/dev/pts root/dev/shm root/dev/mqueue
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5,nosuid,noexec devpts root/dev/pts
mount -t tmpfs -o mode=1777,nosuid,nodev shm root/dev/shm
mount -t mqueue mqueue root/dev/mqueue 2>/dev/null || rmdir root/dev/mqueue
ln -s pts/ptmx root/dev/ptmx
ln -s /proc/self/fd root/dev/fd
ln -s fd/0 root/dev/stdin
ln -s fd/1 root/dev/stdout
ln -s fd/2 root/dev/stderr
: >root/dev/console
mount --bind console root/dev/console
mount -t tmpfs -o mode=755,nosuid,nodev run root/run
mkdir root/run/rehearsal root/run/host root/run/lock
chmod 1777 root/run/lock
cp init root/run/rehearsal/init
mount -t proc -o nosuid,nodev,noexec proc root/proc
# The kernel behind these belongs to the host.
for file in sysrq-trigger kcore timer_list; do [ ! -e root/proc/$file ] || mount --bind root/dev/null root/proc/$file; done
mount --bind root/proc/sys root/proc/sys
${plan.ownNetwork ? "mount --bind /proc/sys/net root/proc/sys/net\n" : ""}mount -o remount,bind,ro root/proc/sys
cat /proc/sys/kernel/random/uuid >root/run/rehearsal/boot-id
mount --bind root/run/rehearsal/boot-id root/proc/sys/kernel/random/boot_id
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs root/sys
pivot_root root root/run/host
cd /
umount -l /run/host
rmdir /run/host
exec /bin/sh /run/rehearsal/init
`;
}

function mountPart(part: BootPlan["parts"][number], method: CloneMethod): string {
  const { key, mount } = part;
  const target = mount === "/" ? "root" : quote(`root${mount}`);
  if (method.kind === "copy")
    return mount === "/"
      ? `mount --bind ${quote(`copy/${key}`)} root`
      : `mount --bind ${quote(`copy/${key}`)} ${target}`;
  const cover = `stage/${key}`;
  const stage = `mkdir -p ${quote(cover)} ${quote(`view/${key}`)}
mount -t tmpfs -o mode=755,size=64m stage ${quote(cover)}
cp -a ${quote(part.skin)} ${quote(part.mask)} ${quote(cover)}/`;
  const layers = Array.from({ length: part.layers }, (_, index) => `lower/${key}.${index}`);
  const covered = [`${cover}/skin`, `${cover}/mask`, `lower/${key}.base`];
  const nested = method.kind === "nested";
  const view = nested
    ? `mount -t overlay -o ${quote(`ro,lowerdir=${covered.join(":")}`)} base ${quote(`view/${key}`)}\n`
    : "";
  const lower = [...layers, ...(nested ? [`view/${key}`] : covered)].join(":");
  const options = `lowerdir=${lower},upperdir=upper/${key},workdir=work/${key},${overlayOptions(method)}`;
  return `${stage}\n${view}mount -t overlay -o ${quote(options)} machine ${target}`;
}

/** `redirect_dir`: programs rename directories of the base, as they can on a disk. */
export function overlayOptions(method: Pick<CloneMethod, "volatile">): string {
  return `redirect_dir=on,index=off${method.volatile ? ",volatile" : ""}`;
}
