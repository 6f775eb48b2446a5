from scratch
cmd echo hi
entrypoint app
