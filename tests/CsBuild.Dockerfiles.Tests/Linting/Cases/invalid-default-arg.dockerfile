ARG TAG
ARG NAME=
ARG IMG=Upper
FROM ${TAG:-scratch} AS a
FROM $NAME$TAG AS b
FROM scratch AS ok
FROM $IMG AS c
FROM a:$TAG AS d
#: --build-arg NAME=scratch --build-arg IMG=scratch --build-arg TAG=1 --target ok
