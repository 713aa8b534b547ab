#!/usr/bin/env bash
# Makes the image that the package tests use for a distribution, unless there is one already that is made of the same:
#
#   make.sh debian|fedora|archlinux
#
# The last line says the engine and the image's name. Where a registry can be reached, the distribution's own image is pulled and completed
# (pulled/); elsewhere a 'layout' is built from Debian's packages (layout/): the real package manager over a root laid out as on that
# distribution. BPFTUNE_IMAGES=pulled|layout decides otherwise, and BPFTUNE_CONTAINER_ENGINE=docker|podman which engine is asked.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
name=$1
suite=bookworm
packages=systemd,systemd-sysv,dbus,libbpf1,libelf1,zlib1g,libstdc++6,man-db,bash-completion,iperf3,iproute2,procps
packages=$packages,apt-utils,rpm,dnf,createrepo-c,pacman-package-manager,libarchive-tools

fail() {
	echo "images/make.sh: $*" >&2
	exit 1
}

case $name in
debian | fedora | archlinux) ;;
*) fail "'$name' is none of debian, fedora, archlinux" ;;
esac

engine=${BPFTUNE_CONTAINER_ENGINE:-}
if [ -z "$engine" ]; then
	if command -v docker >/dev/null && docker info >/dev/null 2>&1; then engine=docker; else engine=podman; fi
fi
command -v "$engine" >/dev/null || fail "there is no container engine '$engine'"
if [ "$engine" = podman ]; then export CONTAINERS_CONF="${CONTAINERS_CONF:-$here/containers.conf}"; fi

work=$(mktemp -d "${TMPDIR:-/tmp}/bpftune-images.XXXXXX")
trap 'rm -rf "$work"' EXIT

has_image() { "$engine" image inspect "$1" >/dev/null 2>&1; }

# An image's tag says what it is made of: another recipe or runtime makes another image.
hash_of() { sha256sum | cut -c1-16; }

# Earlier images of the same name take up room only. One that a container uses stays.
forget_others() {
	local image
	for image in $("$engine" images --format '{{.Repository}}:{{.Tag}}'); do
		if [[ $image != "$1":* || $image == "$1:$2" ]]; then continue; fi
		"$engine" rmi "$image" >/dev/null 2>&1 || echo "images/make.sh: $image is in use and stays" >&2
	done
}

# --- The distribution's own ----------------------------------------------------------------------------------------------------------

make_pulled() {
	local image=localhost/bpftune-tests-$name tag
	tag=$({ cat "$here/pulled/$name/Containerfile"; "$engine" image inspect --format '{{.Id}}' "$origin"; } | hash_of)
	if ! has_image "$image:$tag"; then
		echo "Completing $origin for the tests" >&2
		"$engine" build -q --network host -t "$image:$tag" -f "$here/pulled/$name/Containerfile" "$here/pulled/$name" >&2 || fail "$image could not be built"
		forget_others "$image" "$tag"
	fi
	echo "$engine $image:$tag"
}

# --- The layouts ----------------------------------------------------------------------------------------------------------------------

make_base() {
	local tag
	tag=$({ echo "$suite $packages"; cat "$here/layout/customize.sh"; } | hash_of)
	base=localhost/bpftune-layout-base:$tag
	if has_image "$base"; then return; fi

	command -v mmdebstrap >/dev/null || fail "mmdebstrap is needed to make a layout"
	echo "Making a Debian root for the layouts (once)" >&2
	mmdebstrap --quiet --mode=root --variant=apt --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
		--aptopt='Acquire::Languages "none"' --dpkgopt=force-unsafe-io \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
		--include="$packages" --customize-hook="$here/layout/customize.sh" \
		"$suite" - >"$work/base.tar" || fail "no Debian root could be made"
	"$engine" import - "$base" <"$work/base.tar" >/dev/null 2>&1 || fail "the Debian root could not be imported"
	rm "$work/base.tar"
	forget_others localhost/bpftune-layout-base "$tag"
}

# The runtime alone of the SDK that builds this repository.
find_runtime() {
	local dotnet
	dotnet=$(readlink -f "${DOTNET_EXE:-$(command -v dotnet)}") || fail "there is no .NET runtime to make a package of"
	dotnet_root=$(dirname "$dotnet")
	runtime=$(find "$dotnet_root/shared/Microsoft.NETCore.App" -mindepth 1 -maxdepth 1 -name '10.0.*' -printf '%f\n' | sort -V | tail -1)
	[ -n "$runtime" ] || fail "$dotnet_root has no .NET 10 runtime"
}

make_layout() {
	local image=localhost/bpftune-layout-$name tag context=$work/context
	find_runtime
	make_base
	tag=$({ echo "$base $runtime"; cat "$here/layout/$name"/*; } | hash_of)
	if ! has_image "$image:$tag"; then
		echo "Making the layout of $name" >&2
		cp -r "$here/layout/$name" "$context"
		if [ "$name" != debian ]; then
			mkdir -p "$context/dotnet/shared/Microsoft.NETCore.App" "$context/dotnet/host/fxr"
			cp "$dotnet_root/dotnet" "$context/dotnet/"
			cp -r "$dotnet_root/shared/Microsoft.NETCore.App/$runtime" "$context/dotnet/shared/Microsoft.NETCore.App/"
			cp -r "$dotnet_root/host/fxr/$runtime" "$context/dotnet/host/fxr/"
			chmod -R u=rwX,go=rX "$context/dotnet"
		fi
		"$engine" build --no-cache --build-arg "BASE=$base" -t "$image:$tag" -f "$context/Containerfile" "$context" >"$work/build.log" 2>&1 || {
			cat "$work/build.log" >&2
			fail "the layout of $name could not be built"
		}
		forget_others "$image" "$tag"
	fi
	echo "$engine $image:$tag"
}

# --- Which --------------------------------------------------------------------------------------------------------------------------

origin=$(sed -n 's/^FROM //p' "$here/pulled/$name/Containerfile")
case ${BPFTUNE_IMAGES:-} in
pulled) has_image "$origin" || "$engine" pull -q "$origin" >&2 || fail "$origin cannot be pulled"; make_pulled ;;
layout) make_layout ;;
'') if has_image "$origin" || timeout 60 "$engine" pull -q "$origin" >/dev/null 2>&1; then make_pulled; else make_layout; fi ;;
*) fail "BPFTUNE_IMAGES is '$BPFTUNE_IMAGES': pulled or layout" ;;
esac
