FROM scratch AS a
ENV a b
FROM scratch AS b
ENV A b
FROM scratch AS c
COPY --from=0 x y
LABEL x y
FROM c AS d
RUN --mount=from=b,target=/x true
ENV z z
FROM scratch
ENV z z
#: --target d
