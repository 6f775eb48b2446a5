FROM scratch
CMD ["a", \
 "b"]
CMD ["b"]
