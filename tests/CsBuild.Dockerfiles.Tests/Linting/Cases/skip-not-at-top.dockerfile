FROM scratch

# check=skip=all

CMD a
# nothing
ENV a b
