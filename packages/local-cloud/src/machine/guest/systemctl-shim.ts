/**
 * `systemctl` for a machine without systemd: enough for provisioning scripts and packages. Services start through their
 * `/etc/init.d` script where they have one, otherwise by the `ExecStart` lines of their unit. `enable` leaves the link that
 * systemd would leave, so that an image's services start at its instances' boot.
 */
export const systemctlShim = `#!/bin/sh
# Stands in for systemctl on a rehearsal machine.
state=/run/rehearsal/services
quiet='' now='' verb='' units='' user=''
for word in "$@"; do
  case $word in
    --quiet|-q) quiet=1 ;;
    --now) now=1 ;;
    --user) user=1 ;;
    --version) echo "systemd 252 (stand-in of a rehearsal machine)"; exit 0 ;;
    -*) ;;
    *) if [ -z "$verb" ]; then verb=$word; else units="$units $word"; fi ;;
  esac
done
[ -z "$user" ] || exit 0

unit_file() { # prints where a unit lies
  case $1 in *.*) unit=$1 ;; *) unit=$1.service ;; esac
  template=\${unit%%@*}@.\${unit##*.}
  for folder in /etc/systemd/system /run/systemd/system /usr/local/lib/systemd/system /usr/lib/systemd/system /lib/systemd/system; do
    for file in "$folder/$unit" "$folder/$template"; do
      if [ -f "$file" ] || [ -L "$file" ]; then echo "$file"; return 0; fi
    done
  done
  return 1
}
values() { # file, section, key: the values, an empty assignment clears those before it
  cat "$1" "\${1##*/}.d"/*.conf "/etc/systemd/system/\${1##*/}.d"/*.conf 2>/dev/null | awk -v s="[$2]" -v k="$3" '
    /\\\\$/ { sub(/\\\\$/, ""); held = held $0 " "; next }
    { line = held $0; held = "" }
    line ~ /^[[]/ { inside = (line == s); next }
    inside && index(line, k "=") == 1 { v = substr(line, length(k) + 2); if (v == "") n = 0; else out[++n] = v }
    END { for (i = 1; i <= n; i++) print out[i] }'
}
value() { values "$@" | tail -n 1; }
main_pid() { cat "$state/$1.pid" 2>/dev/null; }
is_active() {
  if [ -x "/etc/init.d/$1" ]; then
    grep -qs '^status\\|status)' "/etc/init.d/$1" && { "/etc/init.d/$1" status >/dev/null 2>&1; return $?; }
  fi
  pid=$(main_pid "$1")
  [ -n "$pid" ] && [ -d "/proc/$pid" ] && return 0
  [ -e "$state/$1.oneshot" ]
}
run_lines() { # unit user lines: each line one command; a leading - forgives failure
  printf '%s\\n' "$3" | while IFS= read -r line; do
    [ -n "$line" ] || continue
    forgive=''
    while :; do case $line in -*) forgive=1; line=\${line#-} ;; [@:+!]*) line=\${line#?} ;; *) break ;; esac; done
    as_user "$2" "$line" || [ -n "$forgive" ] || exit 1
  done
}
as_user() { # user command
  if [ -z "$1" ] || [ "$1" = root ]; then sh -c "$2"; else setpriv --reuid "$1" --regid "$(id -g "$1")" --init-groups -- sh -c "$2"; fi
}
expand() { # unit: the %-specifiers a command line may hold
  instance=\${1#*@}; [ "$instance" != "$1" ] || instance=''
  sed "s|%i|$instance|g; s|%I|$instance|g; s|%n|$1.service|g; s|%N|$1|g; s|%p|\${1%%@*}|g; s|%t|/run|g; s|%S|/var/lib|g; s|%L|/var/log|g; s|%%|%|g"
}
start_unit() {
  if [ -x "/etc/init.d/$1" ]; then "/etc/init.d/$1" start >/dev/null </dev/null; return $?; fi
  file=$(unit_file "$1") || { echo "Failed to start $1.service: Unit $1.service not found." >&2; return 5; }
  case $file in *.service) ;; *) return 0 ;; esac
  is_active "$1" && return 0
  mkdir -p "$state"
  unit=$1
  user=$(value "$file" Service User)
  for name in $(value "$file" Service RuntimeDirectory | expand "$1"); do mkdir -p "/run/$name"; [ -z "$user" ] || chown "$user" "/run/$name"; done
  for name in $(value "$file" Service StateDirectory | expand "$1"); do mkdir -p "/var/lib/$name"; [ -z "$user" ] || chown "$user" "/var/lib/$name"; done
  for name in $(value "$file" Service LogsDirectory | expand "$1"); do mkdir -p "/var/log/$name"; [ -z "$user" ] || chown "$user" "/var/log/$name"; done
  environment=$(values "$file" Service Environment)
  (
    eval "set -- dummy $environment"
    shift
    for pair in "$@"; do export "$pair"; done
    values "$file" Service EnvironmentFile | while IFS= read -r path; do echo "\${path#-}"; done >"$state/$$.env"
    while IFS= read -r path; do [ ! -r "$path" ] || { set -a; . "$path"; set +a; }; done <"$state/$$.env"
    rm -f "$state/$$.env"
    directory=$(value "$file" Service WorkingDirectory)
    cd "\${directory#-}" 2>/dev/null || cd /
    type=$(value "$file" Service Type)
    run_lines "$unit" "$user" "$(values "$file" Service ExecStartPre | expand "$unit")" || exit 1
    command=$(values "$file" Service ExecStart | expand "$unit")
    case $type in
      oneshot) run_lines "$unit" "$user" "$command" || exit 1; : >"$state/$unit.oneshot" ;;
      forking)
        run_lines "$unit" "$user" "$command" || exit 1
        pidfile=$(value "$file" Service PIDFile | sed 's|^/var/run/|/run/|')
        [ -z "$pidfile" ] || cp "$pidfile" "$state/$unit.pid" 2>/dev/null || : >"$state/$unit.oneshot" ;;
      *)
        line=$(printf '%s\\n' "$command" | head -n 1)
        while :; do case $line in [-@:+!]*) line=\${line#?} ;; *) break ;; esac; done
        set -- sh -c "exec $line"
        [ -z "$user" ] || [ "$user" = root ] || set -- setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups -- "$@"
        setsid "$@" </dev/null >>"/var/log/$unit.log" 2>&1 &
        echo $! >"$state/$unit.pid" ;;
    esac
    run_lines "$unit" "$user" "$(values "$file" Service ExecStartPost | expand "$unit")"
  )
}
stop_unit() {
  if [ -x "/etc/init.d/$1" ]; then "/etc/init.d/$1" stop >/dev/null </dev/null; return $?; fi
  rm -f "$state/$1.oneshot"
  pid=$(main_pid "$1")
  [ -z "$pid" ] || kill "$pid" 2>/dev/null
  tries=0
  while [ -n "$pid" ] && [ -d "/proc/$pid" ] && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
  [ -z "$pid" ] || kill -9 "$pid" 2>/dev/null
  rm -f "$state/$1.pid"
}
reload_unit() {
  if [ -x "/etc/init.d/$1" ]; then "/etc/init.d/$1" reload >/dev/null; return $?; fi
  pid=$(main_pid "$1")
  [ -n "$pid" ] && kill -HUP "$pid"
}
enable_unit() {
  file=$(unit_file "$1") || { [ -x "/etc/init.d/$1" ] && { update-rc.d "$1" defaults >/dev/null 2>&1; return 0; }
    echo "Failed to enable unit: Unit file $1.service does not exist." >&2; return 1; }
  case $1 in *.*) full=$1 ;; *) full=$1.service ;; esac
  for target in $(value "$file" Install WantedBy); do
    link=/etc/systemd/system/$target.wants/$full
    [ -L "$link" ] && continue
    mkdir -p "\${link%/*}" && ln -s "$file" "$link" && { [ -n "$quiet" ] || echo "Created symlink $link → $file." >&2; }
  done
  [ ! -x "/etc/init.d/$1" ] || update-rc.d "$1" enable >/dev/null 2>&1
  return 0
}
disable_unit() {
  case $1 in *.*) full=$1 ;; *) full=$1.service ;; esac
  for link in /etc/systemd/system/*.wants/"$full"; do
    [ -L "$link" ] && rm -f "$link" && { [ -n "$quiet" ] || echo "Removed \\"$link\\"." >&2; }
  done
  [ ! -x "/etc/init.d/$1" ] || update-rc.d "$1" disable >/dev/null 2>&1
  return 0
}
is_enabled() {
  case $1 in *.*) full=$1 ;; *) full=$1.service ;; esac
  [ "$(readlink "/etc/systemd/system/$full" 2>/dev/null)" != /dev/null ] || { echo masked; return 1; }
  for link in /etc/systemd/system/*.wants/"$full" /etc/rc2.d/S??"$1"; do [ -e "$link" ] || [ -L "$link" ] && { echo enabled; return 0; }; done
  unit_file "$1" >/dev/null || { echo "Failed to get unit file state for $full: No such file or directory" >&2; return 1; }
  echo disabled
  return 1
}
root_only() { [ "$(id -u)" = 0 ] || { echo "Failed to $verb: Access denied" >&2; exit 4; }; }

code=0
case "$verb $units" in
  *" reboot.target") verb=reboot ;;
  *" poweroff.target"|*" halt.target") verb=poweroff ;;
esac
case $verb in
  start|stop|restart|reload|try-restart|reload-or-restart|force-reload|enable|disable|mask|unmask|reenable) root_only ;;
  poweroff|halt|reboot) root_only; exec "/sbin/$verb" ;;
  is-system-running) echo running; exit 0 ;;
  daemon-reload|daemon-reexec|reset-failed|set-property|preset|preset-all|import-environment|link|isolate|set-default|kill) exit 0 ;;
  get-default) echo multi-user.target; exit 0 ;;
  ''|list-units|list-unit-files|list-timers|list-sockets|list-jobs|show-environment) exit 0 ;;
  is-active|is-failed|is-enabled|status|show|cat) ;;
  *) echo "Unknown command verb $verb." >&2; exit 1 ;;
esac
for unit in $units; do
  name=\${unit%.service}
  case $verb in
    start) start_unit "$name" || code=1 ;;
    stop) stop_unit "$name" || code=1 ;;
    restart|reload-or-restart|force-reload) stop_unit "$name"; start_unit "$name" || code=1 ;;
    try-restart) if is_active "$name"; then stop_unit "$name"; start_unit "$name" || code=1; fi ;;
    reload) reload_unit "$name" || code=1 ;;
    enable|reenable) enable_unit "$name" || code=1; [ -z "$now" ] || start_unit "$name" || code=1 ;;
    disable) disable_unit "$name" || code=1; [ -z "$now" ] || stop_unit "$name" ;;
    mask) ln -sf /dev/null "/etc/systemd/system/$name.service" ;;
    unmask) [ "$(readlink "/etc/systemd/system/$name.service")" != /dev/null ] || rm -f "/etc/systemd/system/$name.service" ;;
    is-active) if is_active "$name"; then [ -n "$quiet" ] || echo active; else [ -n "$quiet" ] || echo inactive; code=3; fi ;;
    is-failed) [ -n "$quiet" ] || echo inactive; code=1 ;;
    is-enabled) if [ -n "$quiet" ]; then is_enabled "$name" >/dev/null 2>&1; else is_enabled "$name"; fi || code=1 ;;
    status) if is_active "$name"; then echo "● $name.service"; echo "     Active: active (running)"; else
        unit_file "$name" >/dev/null || [ -x "/etc/init.d/$name" ] || { echo "Unit $name.service could not be found." >&2; code=4; continue; }
        echo "○ $name.service"; echo "     Active: inactive (dead)"; code=3; fi ;;
    show) echo "Id=$name.service"; if is_active "$name"; then echo ActiveState=active; else echo ActiveState=inactive; fi ;;
    cat) file=$(unit_file "$name") && cat "$file" || code=1 ;;
  esac
done
exit $code
`;
