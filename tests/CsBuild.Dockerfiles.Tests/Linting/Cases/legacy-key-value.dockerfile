FROM scratch
ENV a b c
LABEL d e
ENV f=g
label h i j
ENV k "l m"
