#!/bin/sh
# Builds the sample image, multi-stage and with RUN, and says where it is. Needs the .NET SDK and nothing else.
# usage: build.sh [flags of csbuild build]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
repo=$(cd "$here/../.." && pwd)
work=$repo/artifacts/hello
"$here/make-base.sh" "$work/base"
dotnet run --project "$repo/src/CsBuild.Cli" -c Release --no-launch-profile -- \
    build -t hello:latest --build-context base="$work/base" \
    -o type=image -o type=oci,dest="$work/hello.tar" "$@" "$here"
echo "the image is in the store as hello:latest, and as an OCI archive in $work/hello.tar"
