#!/usr/bin/env bash
# Runs a command with a directory of tuners that the daemon will accept:
#
#   staged.sh DIRECTORY COMMAND [ARGUMENT...]
#
# An argument @tuners@ becomes the directory, and BPFTUNE_TUNERS names it. It is DIRECTORY itself if root alone can write to it and to every
# directory above it, else a copy that is deleted when the command ends, however it ends.
set -euo pipefail

trusted() {
	local path=$1 owner mode
	while :; do
		read -r owner mode < <(stat -c '%u %a' "$path")
		if [ "$owner" -ne 0 ] || (( 8#$mode & 8#22 )); then return 1; fi
		if [ "$path" = / ]; then return 0; fi
		path=$(dirname "$path")
	done
}

tuners=$(realpath "$1")
shift
if [ "$(id -u)" -eq 0 ] && ! trusted "$tuners"; then
	umask 022
	mkdir -p /var/lib
	stage=$(mktemp -d /var/lib/bpftune-staged.XXXXXX)
	trap 'rm -rf "$stage"' EXIT
	chmod 755 "$stage"
	cp -r --no-preserve=ownership "$tuners/." "$stage/"
	chmod -R go-w "$stage"
	tuners=$stage
fi

export BPFTUNE_TUNERS=$tuners

# In the background, so that a signal is passed on at once; and waited for until it has ended in its own time. The trap is there before the
# command is, for the signal may come at any moment. With job control, else the shell would have the command ignore SIGINT.
command='' early=''
trap 'if [ -n "$command" ]; then kill -TERM "$command" 2>/dev/null || true; else early=1; fi' INT TERM HUP
set -m
"${@//@tuners@/$tuners}" &
command=$!
set +m
if [ -n "$early" ]; then kill -TERM "$command" 2>/dev/null || true; fi
status=0
while :; do
	status=0
	wait "$command" || status=$?
	if ! kill -0 "$command" 2>/dev/null; then break; fi
done
exit "$status"
