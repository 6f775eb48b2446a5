FROM scratch
CMD ['echo','hi']
ENTRYPOINT ["a" "b"]
