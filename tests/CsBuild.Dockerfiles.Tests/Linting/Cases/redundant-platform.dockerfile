FROM --platform=$TARGETPLATFORM scratch AS a
FROM --platform=${TARGETPLATFORM} scratch AS b
FROM --platform=${TARGETPLATFORM:-linux/amd64} scratch AS c
FROM --platform=$TARGETOS/$TARGETARCH scratch AS d
FROM --platform=$BUILDPLATFORM scratch AS e
