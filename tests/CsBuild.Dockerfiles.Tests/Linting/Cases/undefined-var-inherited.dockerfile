FROM scratch AS base
ARG A
ENV B=1
FROM base
COPY $A $B $C/
FROM base AS two
ARG D
COPY $D $A/
