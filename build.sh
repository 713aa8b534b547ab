#!/usr/bin/env bash
# Builds BpfTune:  ./build.sh [TARGET...] [--PARAMETER VALUE...]     (./build.sh --help lists both)
#
# 1. Sees that the machine has what the wanted targets need. As root it installs what is missing; else it says the command and stops.
# 2. Finds the .NET SDK that global.json names, or fetches it into .nuke/temp.
# 3. Compiles the build itself against NUKE where that package can be restored, else against the stand-in in build/Offline, and runs it.
#
# BPFTUNE_BUILD_HOST=nuke|offline chooses in step 3. A build that makes packages names itself in BPFTUNE_BUILD_PROGRAM to their recipes.
# ./build.sh Vm --kernel 6.12 -- COMMAND: what follows the two dashes is for the virtual machine.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
temp=$root/.nuke/temp
dotnet_install_url=https://dot.net/v1/dotnet-install.sh

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 NUKE_TELEMETRY_OPTOUT=1
# Neither the build nor what it makes sorts words of any language; so the SDK need not find ICU.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1

fail() {
	echo "build.sh: $*" >&2
	exit 1
}

# The SDK and NuGet keep things in the home directory, which a bare environment lacks.
export HOME="${HOME:-$temp}"

# --- What the wanted targets need -----------------------------------------------------------------------------------------------------

# The words before the first option, and those after --target; in lower case, without dashes. None means the default, Compile.
wanted_targets() {
	local taking=1 word found='' copying=''
	for word in "$@"; do
		case $word in
		--published | -published) taking=0 copying=1 ;;
		--target | -target) taking=1 ;;
		--help | -help | --plan | -plan) echo help; return ;;
		-*) taking=0 ;;
		*) if [ $taking = 1 ]; then word=${word//-/} found="$found ${word//+/ }"; fi ;;
		esac
	done
	found=${found:- compile}
	found=${found,,}
	# What is published already needs no compiler to be installed.
	if [ -n "$copying" ]; then found=${found// install/ copy}; fi
	echo "$found"
}

# The formats that Packages is to make: all, unless --format names some.
wanted_formats() {
	local word taking='' found=''
	for word in "$@"; do
		case $word in
		--format | -format) taking=1 ;;
		-*) taking='' ;;
		*) if [ -n "$taking" ]; then found="$found ${word//,/ }"; fi ;;
		esac
	done
	echo "${found:- deb rpm arch} "
}

needs_native() {
	case " $1 " in
	*" compile"* | *" test "* | *"test "* | *" publish "* | *" pack "* | *" install "* | *" demo "* | *" bench "* | *" packages "* | *" vm "*) return 0 ;;
	esac
	return 1
}

needs_lab() {
	case " $1 " in
	*"test "* | *" demo "* | *" bench "*) return 0 ;;
	esac
	return 1
}

needs_vm() {
	case " $1 " in
	*" test "* | *" integrationtest "* | *" kerneltest "* | *" vm "*) return 0 ;;
	esac
	return 1
}

# The package tests install what Packages makes; others than root have them skipped.
needs_containers() {
	if [ "$(id -u)" -ne 0 ]; then return 1; fi
	case " $1 " in
	*" test "* | *" integrationtest "* | *" packagetest "*) return 0 ;;
	esac
	return 1
}

needs_format() {
	if needs_containers "$1"; then return 0; fi
	case " $1 " in
	*" packages "*) case $2 in *" $3 "*) return 0 ;; esac ;;
	esac
	return 1
}

docker_answers() { command -v docker >/dev/null && docker info >/dev/null 2>&1; }

has() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || [ -x "/sbin/$1" ]; }

# clang and llvm-strip, plain or versioned (clang-16).
has_llvm() {
	local version
	if has "$1"; then return 0; fi
	for version in 14 15 16 17 18 19 20 21 22; do
		if has "$1-$version"; then return 0; fi
	done
	return 1
}

has_library() {
	local directory
	for directory in /lib /lib64 /usr/lib /usr/lib64 "/lib/$(uname -m)-linux-gnu" "/usr/lib/$(uname -m)-linux-gnu" /usr/local/lib /usr/local/lib64; do
		if [ -e "$directory/$1" ]; then return 0; fi
	done
	return 1
}

# One word for each thing that is missing: what it is on Debian; names elsewhere are in package_name.
missing_packages() {
	local targets=$1 formats=$2
	if ! find_dotnet >/dev/null; then
		has curl || has wget || echo curl
		[ -d /etc/ssl/certs ] || echo ca-certificates
		has openssl || echo openssl
	fi
	if needs_native "$targets"; then
		has_llvm clang || echo clang
		has_llvm llvm-strip || echo llvm
		has bpftool || echo bpftool
		[ -e /usr/include/bpf/bpf_helpers.h ] || echo libbpf-dev
		[ -e /usr/include/linux/bpf.h ] || echo linux-libc-dev
		has_library libbpf.so.1 || echo libbpf1
		has_library libelf.so.1 || echo libelf1
		has_library libz.so.1 || echo zlib1g
	fi
	if needs_lab "$targets"; then
		has ip || echo iproute2
		has iperf3 || echo iperf3
		has nft || echo nftables
	fi
	# The kernels and the user land of the virtual machines are Debian's: without apt there are none, and the tests of them are skipped.
	if needs_vm "$targets" && [ "$(uname -m)" = x86_64 ] && has apt-get; then
		has qemu-system-x86_64 || echo qemu-system-x86
		[ -x /bin/busybox ] && ! ldd /bin/busybox >/dev/null 2>&1 || echo busybox-static
		has mmdebstrap || echo mmdebstrap
		has mke2fs || echo e2fsprogs
		has depmod || echo kmod
		has xz || echo xz-utils
		[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || echo debian-archive-keyring
	fi
	# Layouts of other distributions are made with Debian's packages: without apt, the distributions' own images are needed.
	if needs_containers "$targets"; then
		if has apt-get; then has mmdebstrap || echo mmdebstrap; fi
		if ! docker_answers; then
			has podman || echo podman
			has runc || echo runc
			has iptables || echo iptables
			[ -x /usr/lib/podman/netavark ] || [ -x /usr/libexec/podman/netavark ] || echo netavark
		fi
	fi
	if needs_format "$targets" "$formats" deb; then
		has dpkg-buildpackage || echo dpkg-dev
		has dh || echo debhelper
		has fakeroot || echo fakeroot
	fi
	if needs_format "$targets" "$formats" rpm; then
		has rpmbuild || echo rpm
	fi
	if needs_format "$targets" "$formats" arch; then
		has makepkg || echo makepkg
		has bsdtar || echo libarchive-tools
		has fakeroot || echo fakeroot
		has zstd || echo zstd
	fi
}

package_name() {
	case $1:$2 in
	dnf:libbpf-dev) echo libbpf-devel ;;
	dnf:linux-libc-dev) echo kernel-headers ;;
	dnf:libbpf1) echo libbpf ;;
	dnf:libelf1) echo elfutils-libelf ;;
	dnf:zlib1g) echo zlib-ng-compat ;;
	dnf:iproute2) echo iproute ;;
	dnf:rpm) echo rpm-build ;;
	dnf:makepkg) echo pacman ;;
	dnf:libarchive-tools) echo bsdtar ;;
	pacman:bpftool) echo bpf ;;
	pacman:libbpf-dev | pacman:libbpf1) echo libbpf ;;
	pacman:linux-libc-dev) echo linux-api-headers ;;
	pacman:libelf1) echo libelf ;;
	pacman:zlib1g) echo zlib ;;
	pacman:dpkg-dev) echo dpkg ;;
	pacman:rpm) echo rpm-tools ;;
	pacman:makepkg) echo pacman ;;
	pacman:libarchive-tools) echo libarchive ;;
	*) echo "$2" ;;
	esac
}

install_prerequisites() {
	local missing manager package install
	local -a packages=() update=(:)
	mapfile -t missing < <(missing_packages "$1" "$2")
	if [ ${#missing[@]} -eq 0 ]; then return; fi

	if has apt-get; then
		manager=apt-get update=(apt-get update -q) install="apt-get install -y --no-install-recommends"
	elif has dnf; then
		manager=dnf install="dnf install -y"
	elif has pacman; then
		manager=pacman install="pacman -S --needed --noconfirm"
	else
		fail "these are missing, and neither apt-get, dnf nor pacman is there to install them (names as on Debian): ${missing[*]}"
	fi

	for package in "${missing[@]}"; do packages+=("$(package_name "$manager" "$package")"); done
	mapfile -t packages < <(printf '%s\n' "${packages[@]}" | sort -u)
	if [ "$(id -u)" -ne 0 ]; then
		echo "build.sh: needed and not installed: ${packages[*]}" >&2
		echo "Install them with:  sudo $install ${packages[*]}" >&2
		exit 1
	fi

	echo "Installing: ${packages[*]}"
	export DEBIAN_FRONTEND=noninteractive
	"${update[@]}" >/dev/null || echo "build.sh: the lists of packages could not be refreshed; trying with those that are here" >&2
	# shellcheck disable=SC2086 # the command is several words
	$install "${packages[@]}" || fail "these packages could not be installed: ${packages[*]}"
}

# --- The .NET SDK ---------------------------------------------------------------------------------------------------------------------

# Prints the path of a dotnet whose SDK satisfies global.json; 'dotnet --version' fails otherwise.
find_dotnet() {
	local candidate
	for candidate in "${DOTNET_EXE:-}" "$(command -v dotnet || true)" /usr/share/dotnet/dotnet /usr/lib/dotnet/dotnet /usr/lib64/dotnet/dotnet \
		"$HOME/.dotnet/dotnet" "$temp/dotnet/dotnet"; do
		if [ -n "$candidate" ] && [ -x "$candidate" ] && (cd "$root" && "$candidate" --version) >/dev/null 2>&1; then
			echo "$candidate"
			return
		fi
	done
	return 1
}

fetch_dotnet() {
	local version script=$temp/dotnet-install.sh
	version=$(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' "$root/global.json")
	echo "The .NET SDK $version (global.json) is not here: fetching it into .nuke/temp/dotnet"
	mkdir -p "$temp"
	if has curl; then
		curl -fsSL --retry 2 --connect-timeout 15 -o "$script" "$dotnet_install_url"
	else
		wget -q --tries=2 --timeout=15 -O "$script" "$dotnet_install_url"
	fi || fail "the .NET SDK $version is needed, and $dotnet_install_url cannot be reached: install it from the distribution (dotnet-sdk-10.0) or from https://dotnet.microsoft.com, and try again"
	bash "$script" --install-dir "$temp/dotnet" --version "$version" --no-path || fail "the .NET SDK $version could not be fetched; what went wrong is above"
}

# --- The build itself -----------------------------------------------------------------------------------------------------------------

# Where the answer is kept whether this version of NUKE can be restored: a yes for good, a no for a day. Distribution build roots are offline,
# and asking takes time.
nuke_answer() { echo "$temp/nuke-$(sed -n 's/.*"Nuke.Common" Version="\([^"]*\)".*/\1/p' "$root/Directory.Packages.props")"; }

# Only what NuGet itself says is an answer: neither that the time was up, nor a fault in the project.
nuke_restores() {
	local answer log=$temp/nuke-restore.log status=0
	answer=$(nuke_answer)
	if grep -qx yes "$answer" 2>/dev/null; then return 0; fi
	if [ -n "$(find "$answer" -mtime -1 2>/dev/null)" ]; then return 1; fi
	timeout --kill-after=5 300 "$DOTNET_EXE" restore "$root/build/_build.csproj" -p:NukeHost=Nuke -v quiet >"$log" 2>&1 || status=$?
	case $status in
	0) echo yes >"$answer" ;;
	124 | 137) echo "no answer within 300 seconds" >>"$log" ;;
	*) if grep -q 'error NU1' "$log"; then echo no >"$answer"; fi ;;
	esac
	return "$status"
}

choose_host() {
	local choice=${BPFTUNE_BUILD_HOST:-}
	case ${choice,,} in
	nuke) host=Nuke reason="as BPFTUNE_BUILD_HOST says" ;;
	offline) host=Offline reason="as BPFTUNE_BUILD_HOST says" ;;
	'') if nuke_restores; then host=Nuke reason="Nuke.Common restores here"; else host=Offline reason="Nuke.Common cannot be restored here; see .nuke/temp/nuke-restore.log"; fi ;;
	*) fail "BPFTUNE_BUILD_HOST is '$choice': nuke or offline" ;;
	esac
}

build_host() {
	"$DOTNET_EXE" build "$root/build/_build.csproj" -c Release -p:NukeHost="$host" -nodeReuse:false -p:UseSharedCompilation=false -nologo >"$temp/build.log" 2>&1
}

say_host() {
	if [ "$host" = Nuke ]; then echo "Build host: NUKE ($reason)"; else echo "Build host: the stand-in in build/Offline ($reason)"; fi
}

# Leaves the program in $program. Where a restore was remembered to go well and does not, what is remembered is forgotten.
make_program() {
	choose_host
	say_host
	if ! build_host; then
		if [ "$host" != Nuke ] || [ -n "${BPFTUNE_BUILD_HOST:-}" ] || ! grep -q 'error NU1' "$temp/build.log"; then
			cat "$temp/build.log" >&2
			fail "the build itself does not compile"
		fi
		mv "$temp/build.log" "$temp/nuke-restore.log"
		rm -f "$(nuke_answer)"
		host=Offline reason="Nuke.Common was restored before, and cannot be now; see .nuke/temp/nuke-restore.log"
		say_host
		build_host || { cat "$temp/build.log" >&2; fail "the build itself does not compile"; }
	fi
	program=$root/build/bin/$host/bin/_build/release/_build.dll

	# For another that this one starts.
	export BPFTUNE_BUILD_HOST=${host,,}
}

# Words after '--' are a command for the virtual machine, whose own dashes are none of the build's.
arguments=()
while [ $# -gt 0 ]; do
	if [ "$1" = -- ]; then
		shift
		printf -v BPFTUNE_VM_COMMAND '%q ' "$@"
		export BPFTUNE_VM_COMMAND
		break
	fi
	arguments+=("$1")
	shift
done
set -- "${arguments[@]}"

mkdir -p "$temp"
install_prerequisites "$(wanted_targets "$@")" "$(wanted_formats "$@")"
DOTNET_EXE=$(find_dotnet) || { fetch_dotnet && DOTNET_EXE=$(find_dotnet); } || fail "the .NET SDK in $temp/dotnet does not run; what it lacks: $("$temp/dotnet/dotnet" --version 2>&1 | head -3)"
export DOTNET_EXE
DOTNET_ROOT=$(dirname "$(readlink -f "$DOTNET_EXE")")
export DOTNET_ROOT

# A build that makes a package hands over itself to the recipe, to be neither restored nor compiled again.
program=${BPFTUNE_BUILD_PROGRAM:-}
if [ -z "$program" ]; then make_program; fi
exec "$DOTNET_EXE" "$program" "$@" --root "$root" --no-logo
