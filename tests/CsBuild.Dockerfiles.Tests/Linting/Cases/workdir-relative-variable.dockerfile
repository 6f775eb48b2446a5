FROM scratch AS a
ARG D=/x
ARG E=x
WORKDIR $D/y
FROM scratch AS b
ARG E=x
WORKDIR ${E}/"q"
FROM scratch AS c
WORKDIR "/x"
