FROM scratch
STOPSIGNAL nothing
