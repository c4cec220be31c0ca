import { powerSignals } from "../guest/power-shim.ts";

/** The exit code of a first process that asks to be started again. */
export const rebootExit = 64;

/** Below the machine's root, made before anything is ended; taken away by the SSH server once its connections are down. */
export const goingDownFile = "run/rehearsal/going-down";

/**
 * A machine's first process: reaps orphans, and ends when told from inside (`shutdown`), or when its input ends, which
 * is when the process that owns the machine stops it or dies. Connections go first, so that nobody hears how the commands
 * end that go down with the machine. It then lets the machine's programs save their work, as an orderly shutdown does, for two
 * seconds at most.
 */
export const initScript = `#!/bin/sh
stop='' code=0
trap 'stop=1' ${powerSignals["power-off"]} TERM INT PWR 2>/dev/null || trap 'stop=1' ${powerSignals["power-off"]} TERM INT
trap 'stop=1 code=${rebootExit}' ${powerSignals.reboot}
cd /
exec 4<&0 </dev/null
cat <&4 >/dev/null 3>&- 4<&- &
owner=$!
exec 4<&-
echo up >&3
exec 3>&-
while [ -z "$stop" ] && kill -0 "$owner" 2>/dev/null; do wait "$owner"; done
echo "The system is going down."
: >/${goingDownFile}
tries=0
while [ -e /${goingDownFile} ] && [ $tries -lt 20 ]; do sleep 0.02; tries=$((tries + 1)); done
kill -TERM -1 2>/dev/null
tries=0
while kill -0 -1 2>/dev/null && [ $tries -lt 40 ]; do sleep 0.05; tries=$((tries + 1)); done
exit $code
`;
