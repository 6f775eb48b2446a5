ARG P=linux/amd64
FROM --platform=$P scratch AS a
FROM --platform="linux/amd64" scratch AS b
