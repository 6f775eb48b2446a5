# check=skip=all
FROM scratch
CMD a
ENV a b
