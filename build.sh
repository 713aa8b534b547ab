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

# NUKE knows of no other way to be told that nobody sees its colours.
if ! [ -t 1 ]; then export TERM=dumb; fi

# What 'sudo ./build.sh' made is root's, and another user's build cannot write it anew.
refuse_foreign_files() {
	local -a made=()
	local directory found user
	if [ "$(id -u)" -eq 0 ]; then return; fi
	for directory in artifacts build/bin .nuke/temp; do
		if [ -e "$root/$directory" ]; then made+=("$root/$directory"); fi
	done
	if [ ${#made[@]} -eq 0 ]; then return; fi
	user=$(id -un)
	found=$(find "${made[@]}" ! -user "$user" ! -writable -print -quit 2>/dev/null) || true
	if [ -n "$found" ]; then
		echo "build.sh: $found belongs to $(stat -c %U "$found"), as an earlier 'sudo ./build.sh' left it, and $user cannot write it." >&2
		echo "Make all of it yours:  sudo chown -R $user: ${made[*]}" >&2
		exit 1
	fi
}

# shellcheck source=build/prerequisites.sh
. "$root/build/prerequisites.sh"

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

refuse_foreign_files
mkdir -p "$temp"
install_prerequisites "$(wanted_targets "$@")" "$(wanted_formats "$@")"
# Whoever asks PATH for a bpftool gets one that works.
if bpftool=$(find_bpftool) && [ "$bpftool" != "$(command -v bpftool)" ]; then export PATH="${bpftool%/*}:$PATH"; fi
DOTNET_EXE=$(find_dotnet) || { fetch_dotnet && DOTNET_EXE=$(find_dotnet); } || fail "the .NET SDK in $temp/dotnet does not run; what it lacks: $("$temp/dotnet/dotnet" --version 2>&1 | head -3)"
export DOTNET_EXE
DOTNET_ROOT=$(dirname "$(readlink -f "$DOTNET_EXE")")
export DOTNET_ROOT

# A build that makes a package hands over itself to the recipe, to be neither restored nor compiled again.
program=${BPFTUNE_BUILD_PROGRAM:-}
if [ -z "$program" ]; then make_program; fi
exec "$DOTNET_EXE" "$program" "$@" --root "$root" --no-logo
