FROM scratch
ENV A=1 B=$A
ENV C=$B D=$C
