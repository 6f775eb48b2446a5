FROM scratch AS a
CMD one
FROM scratch AS b
SHELL ["/bin/bash", "-c"]
CMD two
ENTRYPOINT three
FROM b
CMD four
