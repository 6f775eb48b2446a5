FROM scratch
env a=1
COPY a b
label x=y
RUN true
