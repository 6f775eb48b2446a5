FROM scratch
ONBUILD copy a b
onbuild COPY a b
