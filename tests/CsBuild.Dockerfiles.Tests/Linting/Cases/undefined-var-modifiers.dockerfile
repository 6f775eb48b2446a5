FROM scratch
ENV a=${NOPE:-x} b=${NOPE:+x} c=${NOPE-x} d=${NOPE+x}
LABEL e=${NOPE#x} f=${NOPE%%x} g=${NOPE/x/y}
