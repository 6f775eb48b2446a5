FROM scratch
ARG foo
ENV bar=1
COPY $foo $bar $baz/
ENV a=$fooo b=$BAR
LABEL $k=v w=$PATH q=$PAHT
