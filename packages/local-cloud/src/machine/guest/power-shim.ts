/** How a machine's programs ask its first process for an end: signals of its own, as every init has. */
export const powerSignals = { "power-off": "USR1", reboot: "USR2" } as const;

/**
 * `shutdown`, `poweroff`, `halt`, `reboot` and `init` for a machine whose first process is a shell script: they tell it to end
 * or to start again, and do not come back, since what waits for them ends with the machine. Of a later time, minutes are
 * understood; what is not is refused, for a machine that stays up unnoticed is worse than a script that fails.
 */
export const powerShim = `#!/bin/sh
# Ends or restarts this rehearsal machine.
name=\${0##*/}
scheduled=/run/rehearsal/shutdown
off=${powerSignals["power-off"]} again=${powerSignals.reboot}
refuse() { echo "$name: $1 is not understood on a rehearsal machine" >&2; exit 1; }
signal=$off when='' cancel=''
[ "$name" != reboot ] || signal=$again
for word in "$@"; do
  case $name,$word in
    *,--help) echo "usage: $name [options]"; exit 0 ;;
    shutdown,-*)
      case $word in
        --reboot) signal=$again ;;
        --poweroff|--halt|--no-wall) ;;
        --*) refuse "$word" ;;
        *)
          letters=\${word#-}
          while [ -n "$letters" ]; do
            case $letters in
              r*) signal=$again ;;
              c*) cancel=1 ;;
              [hHPpfFny]*) ;;
              *) refuse "-\${letters%"\${letters#?}"}" ;;
            esac
            letters=\${letters#?}
          done ;;
      esac ;;
    # What follows the time is a message to those who are logged in.
    shutdown,*) [ -n "$when" ] || when=$word ;;
    init,0|telinit,0) when=now ;;
    init,6|telinit,6) signal=$again when=now ;;
    init,*|telinit,*) refuse "$word" ;;
    # A parameter for firmware, or the \`now\` that people write.
    reboot,[!-]*) ;;
    *,-p|*,--poweroff) signal=$off ;;
    *,--reboot) signal=$again ;;
    *,-w|*,--wtmp-only) exit 0 ;;
    *,-f|*,-ff|*,-n|*,-d|*,-i|*,-h|*,--force|*,--halt|*,--no-sync|*,--no-wtmp|*,--no-wall) ;;
    *) refuse "$word" ;;
  esac
done
case $name in init|telinit) [ -n "$when" ] || refuse "no runlevel" ;; shutdown) ;; *) when=now ;; esac
if [ "$(id -u)" != 0 ]; then
  echo "$name: must be superuser." >&2
  exit 1
fi
if [ -n "$cancel" ]; then
  [ ! -e "$scheduled" ] || kill "$(cat "$scheduled")" 2>/dev/null
  rm -f "$scheduled"
  exit 0
fi
case \${when:-+1} in
  now|+0) ;;
  +*[!0-9]*|+|[!+]*) refuse "the time '$when' ('now' and '+MINUTES' are)" ;;
  *)
    when=\${when:-+1}
    "$0" -c
    (trap '' HUP; exec </dev/null >/dev/null 2>&1; sleep "$((\${when#+} * 60))"; kill -s $signal 1) &
    echo $! >"$scheduled"
    echo "Shutdown scheduled in \${when#+} minutes, use 'shutdown -c' to cancel."
    exit 0 ;;
esac
kill -s $signal 1
exec sleep 60
`;

/** `runlevel`, which Debian's `invoke-rc.d` asks before it starts a service that was just installed. */
export const runlevelShim = `#!/bin/sh
echo "N 2"
`;
