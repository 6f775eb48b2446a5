# about this file
FROM scratch AS base
# x
ARG y
