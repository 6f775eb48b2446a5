FROM scratch AS base
ONBUILD COPY $x /y
ONBUILD ENV A b
FROM base
ENV B=$A
