FROM scratch
SHELL bash
