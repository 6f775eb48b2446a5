FROM scratch
ENV a b
EXPOSE x
ENV a b
STOPSIGNAL nope
