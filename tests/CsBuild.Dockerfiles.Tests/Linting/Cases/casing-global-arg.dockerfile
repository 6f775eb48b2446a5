arg A=1
arg B=2
FROM scratch
arg A
