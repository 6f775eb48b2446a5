FROM scratch
COPY $x $x/a $y $y/
COPY $z$z $z/
