# check=experimental=all
FROM scratch
COPY <<a a /x/
hi
a
