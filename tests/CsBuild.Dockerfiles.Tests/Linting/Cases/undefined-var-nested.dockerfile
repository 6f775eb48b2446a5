FROM scratch
ENV a=${NOPE:-${NOPE2:-x}} b="$c" d='$e' f=\$g
