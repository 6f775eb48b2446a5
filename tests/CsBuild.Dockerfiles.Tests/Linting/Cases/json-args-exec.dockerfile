FROM scratch
CMD ["echo","hi"]
ENTRYPOINT []
