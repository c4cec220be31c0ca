/**
 * A machine's first process: reaps orphans, and ends when told from inside (`shutdown`), or when its input ends, which
 * is when the process that owns the machine stops it or dies. It then lets the machine's programs save their work, as an
 * orderly shutdown does, for two seconds at most.
 */
export const initScript = `#!/bin/sh
stop=''
trap 'stop=1' USR1 USR2 TERM INT PWR 2>/dev/null || trap 'stop=1' USR1 USR2 TERM INT
cd /
exec 4<&0 </dev/null
cat <&4 >/dev/null 3>&- 4<&- &
owner=$!
exec 4<&-
echo up >&3
exec 3>&-
while [ -z "$stop" ] && kill -0 "$owner" 2>/dev/null; do wait "$owner"; done
echo "The system is going down."
kill -TERM -1 2>/dev/null
tries=0
while kill -0 -1 2>/dev/null && [ $tries -lt 40 ]; do sleep 0.05; tries=$((tries + 1)); done
exit 0
`;
