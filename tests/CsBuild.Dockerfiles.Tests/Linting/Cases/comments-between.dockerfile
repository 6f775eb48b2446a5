FROM scratch
# x
ENV a b

# y

CMD z
