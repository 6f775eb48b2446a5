ARG A
FROM scratch
ENV a b
FROM $A
