#!/bin/bash
# Turns the root that it runs in into the Arch layout. /layout is the directory of this file, with a .NET runtime in dotnet/.
set -euo pipefail
work=$(mktemp -d)
cd "$work"

# The loader's name in every program leads through /lib64: the new link is there before the old directory goes.
cp -P /usr/lib64/* /usr/lib/
ln -sfn usr/lib /lib64
rm -r /usr/lib64
ln -s lib /usr/lib64
cp -an /usr/sbin/. /usr/bin/
ln -sfn usr/bin /sbin
rm -r /usr/sbin
ln -s bin /usr/sbin

cat >/usr/lib/os-release <<-EOF
	NAME="BpfTune's Arch layout"
	PRETTY_NAME="BpfTune's Arch layout (Debian's programs under pacman)"
	ID=bpftune-arch-layout
	ID_LIKE=arch
EOF

mkdir -p /etc/pacman.d /var/lib/pacman/sync /var/cache/pacman/pkg /usr/share/libalpm/hooks
cat >/etc/pacman.conf <<-EOF
	[options]
	HoldPkg = pacman filesystem
	Architecture = auto
	SigLevel = Never
	LocalFileSigLevel = Never
	DisableDownloadTimeout
EOF

# As Arch's systemd does it for every package.
hook() {
	printf '[Trigger]\nType = Path\nOperation = Install\nOperation = Upgrade\nOperation = Remove\nTarget = %s\n\n[Action]\nWhen = PostTransaction\nExec = %s\n' "$2" "$3" \
		>"/usr/share/libalpm/hooks/$1.hook"
}
hook 20-layout-sysusers 'usr/lib/sysusers.d/*.conf' /usr/bin/systemd-sysusers
hook 30-layout-daemon-reload 'usr/lib/systemd/system/*' "/bin/sh -c 'if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi'"
hook 30-layout-tmpfiles 'usr/lib/tmpfiles.d/*.conf' '/usr/bin/systemd-tmpfiles --create'

# Installing starts nothing.
echo 'disable *' >/usr/lib/systemd/system-preset/99-default.preset

# package NAME VERSION DIRECTORY [LINE...]: a package of what is in the directory, with lines of .PKGINFO, installed over what is there.
package() {
	local name=$1 version=$2 directory=$3
	shift 3
	{
		printf 'pkgname = %s\npkgbase = %s\npkgver = %s-1\npkgdesc = For the tests of BpfTune\narch = any\nsize = 0\n' "$name" "$name" "$version"
		printf '%s\n' "$@"
	} >"$directory/.PKGINFO"
	(cd "$directory" && shopt -s dotglob && tar --owner=0 --group=0 -czf "$work/$name-$version-1-any.pkg.tar.gz" -- *)
	pacman -U --noconfirm --overwrite '*' "$work/$name-$version-1-any.pkg.tar.gz"
}
version() { dpkg-query -f '${source:Upstream-Version}' -W "$1" | tr -- -+~ ...; }

# Of these links a package must not have another idea.
mkdir -p filesystem/usr/{bin,lib,share/doc} filesystem/{etc,var}
ln -s lib filesystem/usr/lib64
ln -s bin filesystem/usr/sbin
ln -s usr/lib filesystem/lib64
ln -s usr/lib filesystem/lib
ln -s usr/bin filesystem/bin
ln -s usr/bin filesystem/sbin
package filesystem 1 filesystem

mkdir base
package layout-base 1 base "depend = filesystem" "provides = bash=$(version bash)" "provides = glibc=$(version libc6)" \
	"provides = libelf=$(version libelf1)" "provides = libbpf=$(version libbpf1)" "provides = gcc-libs=$(version libstdc++6)" \
	"provides = systemd=$(version systemd)" "provides = zlib=$(version zlib1g)"

# The .NET runtime of the machine that made this image, under the name and in the place that Arch gives it.
runtime=$(ls /layout/dotnet/shared/Microsoft.NETCore.App)
mkdir -p runtime/usr/{share,bin}
cp -a /layout/dotnet runtime/usr/share/dotnet
ln -s ../share/dotnet/dotnet runtime/usr/bin/dotnet
package dotnet-runtime "$runtime" runtime "depend = layout-base" "provides = dotnet-runtime-10.0"
rm -r "$work"
