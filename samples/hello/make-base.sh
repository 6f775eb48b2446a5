#!/bin/sh
# Makes a small root file system from files of this machine: a shell and a few tools, with the libraries that they
# need. Nothing is downloaded. usage: make-base.sh DIRECTORY
set -eu
out=$1
rm -rf "$out"
mkdir -p "$out/bin" "$out/etc" "$out/tmp"
chmod 1777 "$out/tmp"
printf 'root:x:0:0:root:/root:/bin/sh\nhello:x:1000:1000::/:/bin/sh\n' >"$out/etc/passwd"
printf 'root:x:0:\nhello:x:1000:\n' >"$out/etc/group"

# The file of a tool; command -v would answer with the shell's own test and echo.
program() {
    for directory in $(echo "$PATH" | tr ':' ' '); do
        [ -x "$directory/$1" ] && { echo "$directory/$1"; return; }
    done
    echo "make-base: no $1 on this machine" >&2
    return 1
}

# A tool and, unless it is linked statically, every library that ldd names, at the same path.
add() {
    from=$(program "$1")
    cp -L "$from" "$out/bin/$1"
    { ldd "$from" 2>/dev/null || true; } | tr -s ' \t' '\n\n' | grep '^/' | while read -r library; do
        [ -e "$out$library" ] && continue
        mkdir -p "$out$(dirname "$library")"
        cp -L "$library" "$out$library"
    done
}

busybox=$(command -v busybox || true)
if [ -n "$busybox" ] && ! ldd "$busybox" >/dev/null 2>&1; then
    cp -L "$busybox" "$out/bin/busybox"
    for tool in sh cat tr cp ls mkdir test echo id; do ln -s busybox "$out/bin/$tool"; done
else
    for tool in sh cat tr cp ls mkdir test id; do add "$tool"; done
fi
