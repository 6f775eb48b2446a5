FROM scratch
ENV a=$V
ARG V
ENV b=$V
#: --build-arg V=1 --build-arg W=2
