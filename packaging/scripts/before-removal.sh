#!/bin/sh
# Run by the package manager before bpftune-core is removed for good: once the program is gone, and the journal with it, nothing can put
# back what was tuned. It asks no question. The values are put back if the administrator said so, by BPFTUNE_ROLLBACK=1 in the environment
# or by a file /etc/bpftune/rollback-on-removal; else it says what stays, and how to put it back.
#
# Never a reason to stop a removal: its exit status is 0.
set -u

bpftune=${BPFTUNE_EXECUTABLE:-/usr/bin/bpftune}
choice=${BPFTUNE_ROLLBACK_FILE:-/etc/bpftune/rollback-on-removal}

# Not in an image under construction: the journal there is of no running kernel.
[ -d /proc/sys/net ] && [ -x "$bpftune" ] || exit 0

case ${BPFTUNE_ROLLBACK:-} in
1 | y | yes | true) wanted=1 ;;
'') if [ -e "$choice" ]; then wanted=1; else wanted=; fi ;;
*) wanted= ;;
esac

if [ -n "$wanted" ]; then
	echo "bpftune: putting back what was tuned"
	"$bpftune" rollback || echo "bpftune: not everything could be put back; the rest lasts until the next boot" >&2
	exit 0
fi

left=$("$bpftune" rollback --dry-run --json 2>/dev/null | grep -o '"outcome":"would_restore"' | wc -l)
if [ "$left" -gt 0 ]; then
	echo "bpftune: $left tuned values stay as they are until the next boot."
	echo "bpftune: to have them put back at removal, set BPFTUNE_ROLLBACK=1 or create $choice; 'bpftune rollback' does it before."
fi
exit 0
