FROM scratch AS a
CMD a
ENV a b
FROM scratch AS b
ENV A b
FROM scratch as C
LABEL x y
#: --target b
