#!/bin/bash
# Turns the root that it runs in into the Fedora layout. /layout is the directory of this file, with a .NET runtime in dotnet/.
set -euo pipefail
work=$(mktemp -d)
cd "$work"

test -d /usr/lib64 && test ! -L /usr/lib64

cat >/usr/lib/os-release <<-EOF
	NAME="BpfTune's Fedora layout"
	PRETTY_NAME="BpfTune's Fedora layout (Debian's programs under rpm)"
	ID=bpftune-fedora-layout
	ID_LIKE=fedora
	VERSION_ID=43
EOF

# Debian's rpm would keep its database in the home directory, and has no %{_unitdir} and the like: packages bring what they need.
mkdir -p /etc/rpm /etc/dnf/vars /etc/yum.repos.d /var/lib/rpm /usr/share/licenses
echo '%_dbpath /var/lib/rpm' >/etc/rpm/macros
echo 43 >/etc/dnf/vars/releasever
printf '[main]\ngpgcheck=0\nkeepcache=0\n' >/etc/dnf/dnf.conf

# Installing starts nothing.
echo 'disable *' >/usr/lib/systemd/system-preset/99-default-disable.preset

# What Debian's libraries offer, as rpm names it.
libraries=$(find "/usr/lib/$(uname -m)-linux-gnu" /usr/lib64 -maxdepth 1 \
	\( -name 'libc.so.6' -o -name 'libm.so.6' -o -name 'libdl.so.2' -o -name 'libpthread.so.0' -o -name 'librt.so.1' -o -name 'ld-linux*' \
	-o -name 'libstdc++.so.6' -o -name 'libgcc_s.so.1' -o -name 'libbpf.so.1' -o -name 'libelf.so.1' -o -name 'libz.so.1' \))
echo "$libraries" | /usr/lib/rpm/elfdeps --provides | sed 's/^/Provides: /' >"$work/provides"
version() { dpkg-query -f '${source:Upstream-Version}' -W "$1" | tr -- -+~ ...; }
cat >>"$work/provides" <<-EOF
	Provides: bash = $(version bash)
	Provides: elfutils-libelf = $(version libelf1)
	Provides: glibc = $(version libc6)
	Provides: libbpf = 2:$(version libbpf1)
	Provides: libgcc = $(version libgcc-s1)
	Provides: libstdc++ = $(version libstdc++6)
	Provides: rtld(GNU_HASH)
	Provides: systemd = $(version systemd)
	Provides: zlib = $(version zlib1g)
	Provides: zlib-ng-compat = $(version zlib1g)
	Provides: /bin/sh
	Provides: /usr/bin/sh
	Provides: /usr/bin/bash
	Provides: /usr/bin/systemctl
EOF

for name in layout-base dotnet-runtime-10.0; do
	rpmbuild --quiet -bb --define "_topdir $work" --define '_binary_payload w1.gzdio' \
		--define "runtime_version $(ls /layout/dotnet/shared/Microsoft.NETCore.App)" "/layout/$name.spec"
done
rpm --force-debian -U RPMS/*/*.rpm
rm -r "$work"
