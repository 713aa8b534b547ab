#!/bin/sh
# Compiles one BPF program for one architecture; called by Bpf.targets, and of use by hand:
#
#   bpf-compile.sh SOURCE OBJECT ARCH CPU ROOT [CLANG-OPTION...]
#
# OBJECT.d receives the headers it was made from, the system's among them. Exit status 77: a tool is missing or too old, and the only
# line on standard output says which package brings it.
set -eu

source=$1 object=$2 arch=$3 cpu=$4 root=$5
shift 5

fail() {
	echo "$1"
	exit 77
}

# The first of "$1" and its versioned names (Debian: clang-16) that is there.
find_tool() {
	for name in "$1" "$1-22" "$1-21" "$1-20" "$1-19" "$1-18" "$1-17" "$1-16" "$1-15" "$1-14"; do
		if command -v "$name" 2>/dev/null; then return 0; fi
	done
	return 1
}

clang=${CLANG:-$(find_tool clang)} ||
	fail "clang 14 or newer is needed to compile $source: apt-get install clang, dnf install clang, or pacman -S clang"
major=$("$clang" -dumpversion 2>/dev/null | cut -d. -f1) || true
[ "$major" -ge 14 ] 2>/dev/null ||
	fail "$clang is version ${major:-unknown}, 14 or newer is needed: apt-get install clang-16, dnf install clang, or pacman -S clang (or set CLANG)"
echo '#include <bpf/bpf_helper_defs.h>' | "$clang" -target bpf -E -M -x c - >/dev/null 2>&1 ||
	fail "the headers of libbpf are missing (bpf/bpf_helpers.h): apt-get install libbpf-dev, dnf install libbpf-devel, or pacman -S libbpf"

# The name by which bpf_tracing.h knows the registers of a probed function.
case $arch in
x86_64) target=x86 ;;
arm64) target=arm64 ;;
*) fail "architecture $arch is unknown: x86_64 or arm64" ;;
esac

# Debian keeps asm/ in a directory of the architecture, which a foreign target does not search.
multiarch=/usr/include/$(uname -m)-linux-gnu
if [ -d "$multiarch" ]; then set -- "$@" -idirafter "$multiarch"; fi

mkdir -p "$(dirname "$object")"
# libbpf's macros before 1.6 declare constants that they never set, which clang 21 and newer warn of in whoever uses them.
# The prefix map keeps this machine's paths out of the object: the same source gives the same bytes wherever it lies.
"$clang" -target bpf "-mcpu=$cpu" -std=gnu11 -g -O2 -Wall -Wextra -Wno-unused-parameter -Wno-unknown-warning-option -Wno-default-const-init-var-unsafe -fno-stack-protector \
	"-D__TARGET_ARCH_$target" "-ffile-prefix-map=$root=" -fdebug-compilation-dir=. \
	"$@" -MD -MT object -MF "$object.d" -c "$source" -o "$object.tmp"

# BTF stays, DWARF goes: it is nine tenths of the size, and nothing reads it at run time.
if strip=${LLVM_STRIP:-$(find_tool llvm-strip)}; then
	"$strip" -g "$object.tmp"
else
	echo "bpf : warning BPF0002: llvm-strip is missing, so $object carries debug sections: apt-get install llvm, dnf install llvm, or pacman -S llvm" >&2
fi
mv -f "$object.tmp" "$object"
