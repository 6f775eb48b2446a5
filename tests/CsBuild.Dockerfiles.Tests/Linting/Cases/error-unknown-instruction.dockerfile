FROM scratch
ENV a b
FOO x
