FROM scratch
COPY a \
# x

# y
 /c
ENV A=1 \
# only comments
  B=2
