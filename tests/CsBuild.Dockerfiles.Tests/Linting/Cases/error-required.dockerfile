FROM scratch
ENV a b
ENV c=${d:?is needed}
CMD x
