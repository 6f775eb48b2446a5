# check=experimental=all
# about this file
FROM scratch AS base

# base says
FROM base AS second
# VERSION the version
ARG VERSION
# other text
ARG A=1 B=2
# A text
ARG A=1 B=2
# first
# C last
ARG C
# D text
# last
ARG D
#
# text
ARG E
# a
#
ARG F
