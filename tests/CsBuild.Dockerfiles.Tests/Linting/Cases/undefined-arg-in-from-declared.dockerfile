ARG A
ARG B=scratch
FROM ${A:-scratch}
FROM $B
FROM --platform=$BUILDPLATFORM $B AS x
FROM scratch${TARGETVARIANT}
