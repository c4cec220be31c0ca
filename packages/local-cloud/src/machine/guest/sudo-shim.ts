/** Where the set-user-ID copy of the machine's own `setpriv` lies for the stand-in below. */
export const becomePath = "/usr/local/libexec/rehearsal/become";

/**
 * Stands in for `sudo` where a system has none. Everyone in the administrators' group may become anyone without a password,
 * which is what cloud images set up. A script cannot be set-user-ID, so a copy of util-linux's `setpriv` is, for that group
 * alone; this script gives it its orders, and resets the environment as sudo's defaults do.
 */
export const sudoShim = `#!/bin/sh
# Stands in for sudo on a rehearsal machine: password-less for administrators.
user=root group='' keep='' home='' login='' shell='' dir='' only=''
usage() {
  echo "usage: sudo [-AbEHikKlnPSsVv] [-C num] [-D dir] [-g group] [-p prompt] [-u user] [VAR=value] [command]" >&2
  exit 1
}
takes() { # a flag with a value: letter, value
  case $1 in
    u|user) user=\${2#\\#} ;;
    g|group) group=$2 ;;
    D|chdir) dir=$2 ;;
  esac
}
while [ $# -gt 0 ]; do
  case $1 in
    --) shift; break ;;
    --user=*|--group=*|--chdir=*) name=\${1%%=*}; takes "\${name#--}" "\${1#*=}" ;;
    --user|--group|--chdir|--prompt|--host|--close-from) [ $# -ge 2 ] || usage; takes "\${1#--}" "$2"; shift ;;
    --preserve-env*) keep=1 ;;
    --set-home) home=1 ;;
    --login) login=1 ;;
    --shell) shell=1 ;;
    --list|--validate|--remove-timestamp|--reset-timestamp) only=\${1#--} ;;
    --version) only=version ;;
    --*) ;;
    -?*)
      rest=\${1#-}
      while [ -n "$rest" ]; do
        letter=\${rest%"\${rest#?}"}
        rest=\${rest#?}
        case $letter in
          u|g|p|C|D|h|R|T|U|r|t)
            if [ -z "$rest" ]; then [ $# -ge 2 ] || usage; rest=$2; shift; fi
            takes "$letter" "$rest"
            rest='' ;;
          E) keep=1 ;;
          H) home=1 ;;
          i) login=1 ;;
          s) shell=1 ;;
          l) only=list ;;
          k|K|v) only=validate ;;
          V) only=version ;;
          n|S|A|b|B|P|e) ;;
          *) echo "sudo: invalid option -- '$letter'" >&2; usage ;;
        esac
      done ;;
    *) break ;;
  esac
  shift
done
me=$(id -un) my_uid=$(id -u) my_gid=$(id -g)
if [ "$only" = version ]; then echo "Sudo stand-in of a rehearsal machine"; exit 0; fi
become=${becomePath}
[ "$my_uid" != 0 ] || become=setpriv
if [ "$my_uid" != 0 ] && [ ! -x "$become" ]; then
  echo "$me is not in the sudoers file." >&2
  exit 1
fi
if [ $# -eq 0 ] && [ -z "$login$shell" ]; then
  [ "$only" != list ] || echo "User $me may run the following commands: (ALL : ALL) NOPASSWD: ALL"
  [ -z "$only" ] || exit 0
  usage
fi
entry=$(awk -F: -v u="$user" '$1 == u || $3 == u { print; exit }' /etc/passwd)
if [ -z "$entry" ]; then echo "sudo: unknown user $user" >&2; exit 1; fi
IFS=: read -r name word uid gid gecos target_home target_shell <<END
$entry
END
: "\${target_shell:=/bin/sh}"
if [ -n "$login" ]; then
  if [ $# -eq 0 ]; then set -- "$target_shell" -l; else set -- "$target_shell" -l -c "$*"; fi
  dir=\${dir:-$target_home} home=1
elif [ -n "$shell" ]; then
  if [ $# -eq 0 ]; then set -- "\${SHELL:-$target_shell}"; else set -- "\${SHELL:-$target_shell}" -c "$*"; fi
fi
[ -z "$keep" ] || [ -n "$home" ] || target_home=\${HOME:-$target_home}
# What the caller set with VAR=value comes first in "$@", where env takes it as well.
told=$*
if [ -n "$dir" ]; then
  # As the other user, who may enter what this one may not.
  set -- sh -c 'cd "$1" || exit 1; shift; exec env "$@"' sh "$dir" "$@"
fi
set -- "SUDO_COMMAND=$told" "SUDO_USER=$me" "SUDO_UID=$my_uid" "SUDO_GID=$my_gid" "$@"
set -- "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin" \\
  "HOME=$target_home" "USER=$name" "LOGNAME=$name" "$@"
if [ -n "$keep" ]; then
  set -- env "$@"
else
  set -- "SHELL=$target_shell" "MAIL=/var/mail/$name" "$@"
  for variable in TERM LANG LANGUAGE LC_ALL LC_CTYPE LC_MESSAGES DISPLAY XAUTHORITY \\
    http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    eval "there=\\\${$variable+yes} value=\\\${$variable-}"
    [ -z "$there" ] || set -- "$variable=$value" "$@"
  done
  set -- env -i "$@"
fi
exec "$become" --reuid "$uid" --regid "\${group:-$gid}" --init-groups -- "$@"
`;
