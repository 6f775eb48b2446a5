FROM scratch
RUN --mount=type=cache,target=/x/$A --mount=type=bind,target=/y/$B,source=$C echo $D
RUN --mount=type=secret,id=$E,env=$F true
