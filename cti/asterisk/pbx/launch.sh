#!/bin/sh
# Turns into a program of Asterisk: launch.sh PARENT ROOT STATE HOSTS NAME PROGRAM [ARGUMENT...]
# ROOT is "" when Asterisk is installed on this machine; the rest of the first five is then unused.
# Runs in a mount namespace of its own (unshare), so what is mounted here vanishes with the process.
set -eu
parent=$1 root=$2 state=$3 hosts=$4 name=$5
shift 5
# The signal for the parent's death is set by now; if the parent died before that, it will never come.
[ "$PPID" = "$parent" ] || exit 1
ulimit -Sn 20000 2>/dev/null || ulimit -n 20000 2>/dev/null || ulimit -Sn "$(ulimit -Hn)"
[ -n "$root" ] || exec "$@"
mkdir -p "$root$state"
mount --rbind "$state" "$root$state"
mount --bind "$hosts" "$root/etc/hosts"
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
# Asterisk looks up the machine's name when it writes SDP: `hosts` knows this one, offline too.
hostname "$name"
exec chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"
