#!/bin/sh
# Runs a command in a root of its own, as if that were the machine:
#
#   enter.sh ROOT [SOURCE:TARGET[:ro]...] -- COMMAND [ARGUMENT...]
#
# Each SOURCE, a directory of this machine, is seen as TARGET there. The network, the kernel's own file systems and its devices are the machine's.
# Processes and mounts are in namespaces: nothing is left of either when the command ends, nor when whoever holds the other end of standard
# input goes away, however that happens.
set -eu

if [ "${BPFTUNE_ENTERED:-}" != 1 ]; then
	export BPFTUNE_ENTERED=1
	exec unshare --mount --pid --fork --kill-child --propagation private "$0" "$@"
fi

root=$1
shift
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
# Later mounts below them are seen, and what is mounted or unmounted below them here is not seen outside.
mount --rbind --make-rslave /sys "$root/sys"
mount --rbind --make-rslave /dev "$root/dev"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
while [ "$1" != -- ]; do
	source=${1%%:*} target=${1#*:} options=
	case $target in *:ro) target=${target%:ro} options=ro ;; esac
	mkdir -p "$root/$target"
	mount --bind "$source" "$root/$target"
	if [ -n "$options" ]; then mount -o "remount,bind,$options" "$root/$target"; fi
	shift
done
shift

# A root that is a mount point, as of any machine: what lies in mountinfo is then what is there.
cd "$root"
pivot_root . .
umount -l .
cd /

# This shell is process 1 of its namespace: when it ends, all others do. What runs in the background has no standard input of its own accord.
exec 3<&0
"$@" </dev/null 3<&- &
command=$!
(cat <&3 >/dev/null; kill -KILL "$command" 2>/dev/null) &
exec 3<&-
wait "$command"
