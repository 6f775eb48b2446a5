#!/bin/sh
# A thousand builds in a loop, with RUN and without; every tenth has an edit. Says what the store, the machine and the clock
# had at each tenth of the way, and fails where something grows.
#
#   thousand-builds.sh PROGRAM [COUNT]
#
# PROGRAM is a published csbuild. Needs busybox; RUN steps have no network, so nothing is needed for that.
set -eu
program=$1
count=${2:-1000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CSBUILD_CONFIG= HOME=/nonexistent
mkdir -p "$work/base/bin" "$work/context"
cp "$(command -v busybox)" "$work/base/bin/busybox"
ln -s busybox "$work/base/bin/sh"
ln -s busybox "$work/base/bin/cat"
printf 'FROM base AS one\nCOPY a.txt /a.txt\nRUN cat /a.txt > /b.txt\nFROM base\nCOPY --from=one /b.txt /\n' > "$work/context/run"
printf 'FROM scratch AS one\nCOPY a.txt /a.txt\nFROM scratch\nCOPY --from=one /a.txt /b/\nWORKDIR /c\n' > "$work/context/norun"

now() { date +%s%N; }
store() { (cd "$1" && find . -type f | wc -l && du -sb . | cut -f1) | tr '\n' ' '; }
kept() { for d in tmp leases trash run; do find "$1/csbuild/$d" -mindepth 1 ! -name empty ! -name '.lock' 2>/dev/null; done | wc -l; }
mounts() { grep -c "$work" /proc/self/mountinfo || true; }
# How many descriptors one build opens at the most: the highest number that it gets.
descriptors() {
    command -v strace > /dev/null || { echo unknown; return; }
    strace -f -qq -e trace=openat,dup,socket,pipe2,epoll_create1,eventfd2 -o "$work/trace" "$program" -q --root "$1" --network=none --build-context base="$work/base" -f "$work/context/$2" -t app:1 "$work/context" > /dev/null
    sed -n 's/.* = \([0-9][0-9]*\)\(<.*\)\{0,1\}$/\1/p' "$work/trace" | sort -n | tail -1
}

failed=0
for variant in norun run; do
    root="$work/store-$variant"
    build() { "$program" -q --root "$root" --network=none --build-context base="$work/base" -f "$work/context/$variant" -t app:1 "$work/context" > /dev/null; }
    edit() { printf %s "$1" > "$work/context/a.txt"; touch -d 2020-01-01 "$work/context/a.txt"; }
    # Both states of the file are known before anything is counted; the hash of a file that is new is not remembered yet.
    for text in two one; do edit $text; build; sleep 3; build; done
    before=$(store "$root")
    first=$(descriptors "$root" $variant)
    echo "$variant: before: $before(files, bytes), descriptors up to $first"
    i=0
    fastest_first= fastest_last=
    while [ $i -lt "$count" ]; do
        begun=$(now)
        tenth=$((count / 10 > 0 ? count / 10 : 1))
        best=
        j=0
        while [ $j -lt $tenth ] && [ $i -lt "$count" ]; do
            [ $((i % 10)) -ne 0 ] || edit "$([ $((i / 10 % 2)) -eq 0 ] && echo two || echo one)"
            t=$(now)
            build
            t=$((($(now) - t) / 1000))
            [ -n "$best" ] && [ "$best" -le $t ] || best=$t
            i=$((i + 1)) j=$((j + 1))
        done
        echo "$variant: $i builds: $(store "$root")(files, bytes), $(kept "$root") left over, $(mounts) mounts, $((($(now) - begun) / j / 1000)) us each, the fastest $best us"
        [ -n "$fastest_first" ] || fastest_first=$best
        fastest_last=$best
    done
    edit one
    build
    after=$(store "$root")
    last=$(descriptors "$root" $variant)
    echo "$variant: after: $after(files, bytes), descriptors up to $last; the fastest of a tenth took $fastest_first us at first and $fastest_last us at last"
    # Accounts of builds hold the last build's outcome, which is a few bytes more or less.
    set -- $before $after
    [ "$1" -eq "$3" ] && [ $(($4 - $2)) -le 4096 ] && [ $(($2 - $4)) -le 4096 ] || { echo "$variant: the store has grown"; failed=1; }
    [ "$(kept "$root")" -eq 0 ] && [ "$(mounts)" -eq 0 ] || { echo "$variant: something is left over"; failed=1; }
    "$program" fsck --deep --root "$root" || failed=1
done
exit $failed
