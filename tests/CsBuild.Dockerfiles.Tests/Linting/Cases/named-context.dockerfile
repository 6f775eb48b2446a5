FROM scratch AS a
ENV a b
FROM a
ENV c d
#: --build-context a=.
