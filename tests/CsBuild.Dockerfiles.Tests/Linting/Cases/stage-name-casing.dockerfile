FROM scratch AS Base
FROM scratch as BASE2
FROM scratch AS base3
