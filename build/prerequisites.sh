# shellcheck shell=bash
# What build.sh's targets need of the machine, what that is called where, and how it is installed. Read by build.sh.

# --- What is wanted -------------------------------------------------------------------------------------------------------------------

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

# The formats that Packages must make: those that --format names; none if it is for the machine to say.
wanted_formats() {
	local word taking='' found=''
	for word in "$@"; do
		case $word in
		--format | -format) taking=1 ;;
		-*) taking='' ;;
		*) if [ -n "$taking" ]; then found="$found ${word//,/ }"; fi ;;
		esac
	done
	echo "$found"
}

# is_wanted TARGETS PATTERN...: whether one of the targets is as one of the patterns.
is_wanted() {
	local target names=$1 pattern
	shift
	for target in $names; do
		for pattern in "$@"; do
			# shellcheck disable=SC2053 # it is a pattern
			if [[ $target == $pattern ]]; then return 0; fi
		done
	done
	return 1
}

is_root() { [ "$(id -u)" -eq 0 ]; }

needs_native() { is_wanted "$1" 'compile*' '*test' publish pack install demo bench packages vm faults; }

needs_lab() { is_wanted "$1" '*test' demo bench faults; }

needs_vm() { is_wanted "$1" test integrationtest kerneltest vm; }

# The package tests install what Packages makes; others than root have them skipped.
needs_containers() { is_root && is_wanted "$1" test integrationtest packagetest; }

# Bare roots are made by root as well.
needs_fresh() { is_root && is_wanted "$1" test integrationtest freshtest; }

# Shells whose completions are tried, and what looks through scripts: a test is no reason to have somebody install a shell by hand.
needs_test_tools() { is_root && is_wanted "$1" test unittest; }

needs_packages() { needs_containers "$1" || is_wanted "$1" packages; }

# --- What is here ---------------------------------------------------------------------------------------------------------------------

docker_answers() { command -v docker >/dev/null && docker info >/dev/null 2>&1; }

# Each in a function of its own, so that tests can say what is here.
has_file() { [ -s "$1" ]; }

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

has_static_busybox() { [ -x /bin/busybox ] && ! ldd /bin/busybox >/dev/null 2>&1; }

# The first bpftool that works. Ubuntu's /usr/sbin/bpftool only looks for that of the running kernel, and fails where there is none; one of
# another kernel does as well.
find_bpftool() {
	local candidate
	for candidate in "$(command -v bpftool || true)" /usr/local/sbin/bpftool /usr/sbin/bpftool /sbin/bpftool /usr/lib/linux-tools*/bpftool /usr/lib/linux-tools/*/bpftool; do
		if [ -x "$candidate" ] && "$candidate" version >/dev/null 2>&1; then
			echo "$candidate"
			return
		fi
	done
	return 1
}

# distribution: the ids of this one and of those it is like.
distribution() { sed -n 's/^ID\(_LIKE\)\{0,1\}=//p' /etc/os-release 2>/dev/null | tr -d \"\' | tr '\n' ' '; }

is_ubuntu() { [[ " $(distribution)" == *' ubuntu '* ]]; }

# The distribution's own: each of them can be installed on others as well, and knows of nothing there.
package_manager() {
	local manager candidates
	case " $(distribution)" in
	*' debian '* | *' ubuntu '*) candidates=apt-get ;;
	*' fedora '* | *' rhel '*) candidates=dnf ;;
	*' arch '*) candidates=pacman ;;
	*) candidates='apt-get dnf pacman' ;;
	esac
	for manager in $candidates; do
		if has "$manager"; then
			echo "$manager"
			return
		fi
	done
	return 1
}

is_apts() { [ "$(package_manager)" = apt-get ]; }

# --- What is missing ------------------------------------------------------------------------------------------------------------------

# One word for each thing that is missing: what it is on Debian; names elsewhere are in package_name.
missing_packages() {
	local targets=$1 formats=$2 format
	if ! find_dotnet >/dev/null; then
		has curl || has wget || echo curl
		missing_transport
	fi
	if needs_native "$targets"; then
		# NuGet, too, speaks TLS.
		missing_transport
		has_llvm clang || echo clang
		has_llvm llvm-strip || echo llvm
		find_bpftool >/dev/null || echo bpftool
		has_file /usr/include/bpf/bpf_helpers.h || echo libbpf-dev
		has_file /usr/include/linux/bpf.h || echo linux-libc-dev
		has_library libbpf.so.1 || echo libbpf1
		has_library libelf.so.1 || echo libelf1
		has_library libz.so.1 || echo zlib1g
	fi
	if needs_lab "$targets"; then
		has ip || echo iproute2
		has iperf3 || echo iperf3
		has nft || echo nftables
	fi
	if needs_test_tools "$targets"; then
		has shellcheck || echo shellcheck
		has fish || echo fish
		has zsh || echo zsh
	fi
	# The kernels and the user land of the virtual machines are Debian's: without apt there are none, and the tests of them are skipped.
	if needs_vm "$targets" && [ "$(uname -m)" = x86_64 ] && is_apts; then
		has qemu-system-x86_64 || echo qemu-system-x86
		has_static_busybox || echo busybox-static
		has mmdebstrap || echo mmdebstrap
		has mke2fs || echo e2fsprogs
		has depmod || echo kmod
		has xz || echo xz-utils
		has_file /usr/share/keyrings/debian-archive-keyring.gpg || echo debian-archive-keyring
	fi
	# Layouts of other distributions are made with Debian's packages: without apt, the distributions' own images are needed.
	if needs_containers "$targets"; then
		if is_apts; then has mmdebstrap || echo mmdebstrap; fi
		if ! docker_answers; then
			has podman || echo podman
			has runc || echo runc
			has iptables || echo iptables
			has_file /usr/lib/podman/netavark || has_file /usr/libexec/podman/netavark || echo netavark
		fi
	fi
	# Bare roots are Debian's, as the virtual machines are.
	if needs_fresh "$targets" && is_apts; then
		has mmdebstrap || echo mmdebstrap
		has git || echo git
		has_file /usr/share/keyrings/debian-archive-keyring.gpg || echo debian-archive-keyring
	fi
	for format in $formats; do
		if needs_packages "$targets"; then missing_for_format "$format"; fi
	done
}

missing_transport() {
	has_file /etc/ssl/certs/ca-certificates.crt || has_file /etc/pki/tls/certs/ca-bundle.crt || has_file /etc/ssl/cert.pem || echo ca-certificates
	has_library libssl.so.3 || echo openssl
}

missing_for_format() {
	case $1 in
	deb)
		has dpkg-buildpackage || echo dpkg-dev
		has dh || echo debhelper
		has fakeroot || echo fakeroot
		;;
	rpm)
		has rpmbuild || echo rpm
		;;
	arch)
		has makepkg || echo makepkg
		has bsdtar || echo libarchive-tools
		has fakeroot || echo fakeroot
		has zstd || echo zstd
		;;
	esac
}

package_name() {
	case $1:$2 in
	apt-get:bpftool) if is_ubuntu; then echo linux-tools-generic; else echo bpftool; fi ;;
	dnf:libbpf-dev) echo libbpf-devel ;;
	dnf:linux-libc-dev) echo kernel-headers ;;
	dnf:libbpf1) echo libbpf ;;
	dnf:libelf1) echo elfutils-libelf ;;
	dnf:zlib1g) echo zlib-ng-compat ;;
	dnf:iproute2) echo iproute ;;
	dnf:shellcheck) echo ShellCheck ;;
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

# --- Installing -----------------------------------------------------------------------------------------------------------------------

# package_names MANAGER THING...: one a line, each once.
package_names() {
	local manager=$1 thing
	shift
	for thing in "$@"; do package_name "$manager" "$thing"; done | sort -u
}

# Whether all these things can be had here: can_install MANAGER THING...
can_install() {
	local manager=$1 package
	while read -r package; do
		case $manager in
		apt-get) [ -n "$(apt-cache show --no-all-versions "$package" 2>/dev/null)" ] || return 1 ;;
		dnf) dnf -q list "$package" >/dev/null 2>&1 || return 1 ;;
		pacman) pacman -Si "$package" >/dev/null 2>&1 || return 1 ;;
		esac
	done < <(package_names "$@")
}

install_command() {
	case $1 in
	apt-get) echo "apt-get install -y --no-install-recommends" ;;
	dnf) echo "dnf install -y" ;;
	# Never -S alone: with lists newer than what is installed, Arch supports nothing but to upgrade all.
	pacman) echo "pacman -Syu --needed --noconfirm" ;;
	esac
}

# dnf does it by itself; so does pacman's command above, and to do it without that one would leave half of an upgrade to whoever comes next.
# A machine that has no lists at all is another matter.
refresh_lists() {
	case $1 in
	apt-get) apt-get update -q ;;
	pacman) compgen -G '/var/lib/pacman/sync/*.db' || pacman -Sy ;;
	*) ;;
	esac >/dev/null || echo "build.sh: the lists of packages could not be refreshed; trying with those that are here" >&2
}

install_prerequisites() {
	local targets=$1 formats=$2 manager format install refreshed=
	local -a missing=() packages=() more=()
	manager=$(package_manager) || manager=
	mapfile -t missing < <(missing_packages "$targets" "$formats")

	# What a format needs that nobody named is no reason to fail: it is installed where it can be, else that format is not made here.
	if [ -z "$formats" ] && needs_packages "$targets" && is_root && [ -n "$manager" ]; then
		for format in deb rpm arch; do
			mapfile -t more < <(missing_for_format "$format")
			if [ ${#more[@]} -eq 0 ]; then continue; fi
			if [ -z "$refreshed" ]; then refresh_lists "$manager"; refreshed=1; fi
			if can_install "$manager" "${more[@]}"; then missing+=("${more[@]}"); fi
		done
	fi

	if [ ${#missing[@]} -eq 0 ]; then return; fi
	if [ -z "$manager" ]; then
		fail "these are missing, and neither apt-get, dnf nor pacman is there to install them (names as on Debian): ${missing[*]}"
	fi

	install=$(install_command "$manager")
	mapfile -t packages < <(package_names "$manager" "${missing[@]}")
	if ! is_root; then
		echo "build.sh: needed and not installed: ${packages[*]}" >&2
		echo "Install them with:  sudo $install ${packages[*]}" >&2
		exit 1
	fi

	echo "Installing: ${packages[*]}"
	export DEBIAN_FRONTEND=noninteractive
	if [ "$manager" = apt-get ] && [ -z "$refreshed" ]; then refresh_lists "$manager"; fi
	# shellcheck disable=SC2086 # the command is several words
	$install "${packages[@]}" || fail "these packages could not be installed: ${packages[*]}"
}
