FROM scratch
COPY a \

  b \

  /c/
ENV A=1 \

