ARG VERSION=1
FROM scratch AS base
FROM base${VERSOIN}
FROM ba${X:-se}
FROM --platform=${OTHER:-linux/amd64} scratch AS linux
