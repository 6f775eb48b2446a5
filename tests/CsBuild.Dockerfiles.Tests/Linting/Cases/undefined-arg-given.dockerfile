ARG A=1
FROM ${A}scratch${B}
#: --build-arg A= --build-arg B=x
