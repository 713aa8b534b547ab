#!/usr/bin/env bash
# Compiles every BPF program of this repository with every clang that is installed, against the libbpf headers of this machine and of each
# directory given; no warning is let pass:
#
#   clang-test.sh [HEADERS...]
#
# HEADERS is a directory with bpf/bpf_helpers.h in it. $CLANG names one more compiler, with no name of its own on PATH perhaps.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/bpftune-clang.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Each version once, by whatever name: clang is one of the others as a rule.
declare -A compilers=()
for name in ${CLANG:+"$CLANG"} clang clang-{14..29}; do
	if path=$(command -v "$name"); then
		version=$("$path" -dumpversion)
		compilers[$version]=${compilers[$version]:-$path}
	fi
done
if [ ${#compilers[@]} -eq 0 ]; then
	echo "clang-test.sh: no clang is installed" >&2
	exit 1
fi

mapfile -d '' sources < <(find "$root/bpf" "$root/tests" "$root/packaging" -name '*.bpf.c' -not -path '*/obj/*' -print0 | sort -z)
failed=0

# compile VERSION HEADERS: HEADERS empty for the machine's own.
compile() {
	local clang=${compilers[$1]} headers=$2 source arch libbpf bad=0 said=''
	local -a options=("-I$root/bpf/include" -Werror)
	if [ -n "$headers" ]; then options=("-I$headers" "${options[@]}"); fi
	# Since 1.0 (libbpf_version.h).
	libbpf=$(printf '#include <bpf/libbpf_version.h>\nLIBBPF_MAJOR_VERSION LIBBPF_MINOR_VERSION\n' |
		"$clang" -target bpf "${options[@]}" -E -P -x c - 2>/dev/null | tail -1) || libbpf='before 1.0'
	for source in "${sources[@]}"; do
		for arch in x86_64 arm64; do
			if ! said=$(CLANG=$clang sh "$root/build/msbuild/bpf-compile.sh" "$source" "$work/object" "$arch" v2 "$root" "${options[@]}" 2>&1); then
				printf '%s for %s:\n%s\n' "${source#"$root/"}" "$arch" "$said" >&2
				bad=$((bad + 1))
			fi
		done
	done
	echo "clang $1, libbpf ${libbpf/ /.}: $((${#sources[@]} * 2 - bad)) of $((${#sources[@]} * 2)) objects"
	failed=$((failed + bad))
}

while read -r version; do
	for headers in '' "$@"; do compile "$version" "$headers"; done
done < <(printf '%s\n' "${!compilers[@]}" | sort -V)
[ $failed -eq 0 ]
