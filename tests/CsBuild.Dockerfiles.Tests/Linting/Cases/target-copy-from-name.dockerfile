FROM scratch AS a
ENV a b
FROM scratch AS b
ENV A b
FROM scratch AS d
COPY --from=A x y
ENV z z
#: --target D
