#!/bin/bash
# A guest that boots in seconds under emulation: Debian's kernel, busybox, dropbear, scp and sftp, all in memory; partition 2 is /data.
# usage: tiny-guest.sh OUT.qcow2. User root, password "packer" (keys from /data/authorized_keys). Needs busybox-static, syslinux, mtools, fdisk, cpio, kmod.
set -euo pipefail
. "$(dirname "$0")/guest-parts.sh"
fetch_kernel
start_initramfs
root=$work/initramfs
unpack "$work/dropbear" dropbear-bin libtomcrypt1 libtommath1 zlib1g libcrypt1 libc6 libgmp10 libgcc-s1
mkdir -p "$root"/{usr/sbin,usr/bin,lib64,lib/x86_64-linux-gnu,etc/dropbear,dev/pts}
cp "$work/dropbear/usr/sbin/dropbear" "$root/usr/sbin/"
unpack "$work/openssh" openssh-client openssh-sftp-server
mkdir -p "$root/usr/lib/openssh"
cp "$work/openssh/usr/bin/scp" "$root/usr/bin/"
cp "$work/openssh/usr/lib/openssh/sftp-server" "$root/usr/lib/openssh/"
ln -s openssh/sftp-server "$root/usr/lib/sftp-server"; mkdir -p "$root/usr/libexec"; ln -s ../lib/openssh/sftp-server "$root/usr/libexec/sftp-server"
# What the program needs and what it loads at run time, from the unpacked packages.
find "$work/dropbear" \( -name 'lib*.so.*' -o -name 'ld-linux-*' \) -path '*lib*' ! -path '*gconv*' -exec cp -L {} "$root/lib/x86_64-linux-gnu/" \;
cp -L "$root/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" "$root/lib64/"
(cd "$root/lib/x86_64-linux-gnu" && rm -f libasan* libnsl* libmemusage* libpcprofile* libthread_db* libc_malloc* libBrokenLocale*)
ln -s busybox "$root/bin/sh"
printf 'root:%s:0:0:root:/root:/bin/sh\nsshd:*:100:65534::/:/bin/false\n' "$(openssl passwd -6 packer)" > "$root/etc/passwd"
printf 'root:x:0:\n' > "$root/etc/group"; echo /bin/sh > "$root/etc/shells"
cat > "$root/init" <<'I'
#!/bin/busybox sh
export PATH=/bin:/usr/bin:/usr/sbin:/sbin HOME=/root
/bin/busybox mkdir -p /sbin /usr/bin /usr/sbin
/bin/busybox --install -s
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/pts /data; mount -t devpts devpts /dev/pts
sh /load-modules 2>/dev/null
echo "tiny guest: up"
# SCSI disks are found while the system is already up, and get their names in any order.
tries=0
until ls /dev/[sv]d?2 >/dev/null 2>&1 || [ $tries = 100 ]; do sleep 0.1; tries=$((tries + 1)); done
for disk in /dev/[sv]d?2; do mount -t ext4 $disk /data && break; done
grep -q tiny.off /proc/cmdline && { echo off >> /data/boots; halt-now; }
grep -q tiny.mute /proc/cmdline && { echo "tiny guest: mute"; while :; do sleep 1000; done; }
cat > /dhcp <<'D'
#!/bin/sh
[ "$1" = bound ] && { ifconfig $interface $ip netmask $subnet; [ -n "$router" ] && route add default gw $router; }
exit 0
D
chmod 755 /dhcp
ifconfig lo 127.0.0.1
ifconfig eth0 up 2>/dev/null && udhcpc -q -n -t 20 -T 1 -i eth0 -s /dhcp >/dev/null 2>&1
chmod 700 /root; mkdir -p /root/.ssh; chmod 700 /root/.ssh
[ -f /data/authorized_keys ] && cp /data/authorized_keys /root/.ssh/ && chmod 600 /root/.ssh/authorized_keys
[ -x /data/boot ] && /data/boot
[ -f /data/host-key ] || dropbearkey -t ed25519 -f /data/host-key >/dev/null 2>&1
dropbear -r /data/host-key -E 2>/dev/null
echo "tiny guest: ready"
while :; do sleep 1000; done
I
chmod 755 "$root/init"
cp "$work/dropbear/usr/bin/dropbearkey" "$root/usr/bin/"
# poweroff of busybox asks init; ours is a script, so the kernel is asked directly.
printf '#!/bin/sh\ncd /; sync; umount /data 2>/dev/null || mount -o remount,ro /data; busybox poweroff -f\n' > "$root/bin/halt-now"; chmod 755 "$root/bin/halt-now"
pack_initramfs "$work/initrd.gz"
mkdir -p "$work/data"
cp "$kernel" "${1%.qcow2}.vmlinuz"
cp "$work/initrd.gz" "${1%.qcow2}.initrd"
assemble "$1" "$work/initrd.gz" "$work/data" 64 "console=ttyS0 quiet panic=-1"
