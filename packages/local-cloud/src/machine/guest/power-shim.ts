/**
 * `shutdown`, `poweroff`, `halt` and `reboot` for a machine whose first process is a shell script: they tell it to end, which
 * ends the machine. A reboot ends it too; the cloud notices the exit and decides.
 */
export const powerShim = `#!/bin/sh
# Ends this rehearsal machine.
case " $* " in
  *" --help "*) echo "usage: \${0##*/} [options]"; exit 0 ;;
  *" -c "*) exit 0 ;;
esac
if [ "$(id -u)" != 0 ]; then
  echo "\${0##*/}: must be superuser." >&2
  exit 1
fi
case \${0##*/} in
  shutdown)
    when=now
    for word in "$@"; do case $word in -*) ;; *) when=$word; break ;; esac; done
    case $when in
      now|+0) ;;
      +[0-9]*) (trap '' HUP; exec </dev/null >/dev/null 2>&1; sleep "$((\${when#+} * 60))"; kill -s USR1 1) & exit 0 ;;
      *) echo "shutdown: only \\"now\\" and \\"+MINUTES\\" are understood here" >&2; exit 1 ;;
    esac ;;
esac
kill -s USR1 1
`;

/** `runlevel`, which Debian's `invoke-rc.d` asks before it starts a service that was just installed. */
export const runlevelShim = `#!/bin/sh
echo "N 2"
`;
