FROM scratch
ENV a b
FROM Upper
