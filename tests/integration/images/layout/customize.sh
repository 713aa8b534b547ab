#!/bin/sh
# Run by mmdebstrap when all packages are in the root, which is its argument.
set -eu

# What is left out of the root itself, packages under test may bring.
rm "$1/etc/dpkg/dpkg.cfg.d/99mmdebstrap"

# pacman's repo-add is written in shell, in functions that lie in a package with many dependencies; the functions alone will do.
cd "$1/tmp"
APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -qq download makepkg
dpkg-deb -x makepkg_*.deb makepkg
cp -r makepkg/usr/share/makepkg "$1/usr/share/"
rm -r makepkg makepkg_*.deb
