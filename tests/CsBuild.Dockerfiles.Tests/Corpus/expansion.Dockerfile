ARG A=1
ARG B=${A}-${A:-x}-${NOPE:-"d e"}
ARG C=${B#*-} D=${B##*-} E=${B%-*} F=${B%%-*} G=${B/-/_} H=${B//-/_} I=${B:+set} J=${NOPE+never}
FROM scratch AS x-1.y_z
ARG A B C D E F G H I J TARGETARCH
ENV a=$A b="$B ${C}" c='$D' d=\$E e="${F:?must be there}" f="${G:-${H:-$I}}" g=a\ b\"c h=
LABEL k$A=v "quoted key"="x" 'single'=y z=${J:-"nested \"quotes\" and }"}
EXPOSE $A/udp ${B}
USER ${USER_NAME:-app}:${GROUP_NAME:-staff}
WORKDIR ${a}/$b/../c
VOLUME ${a} /fixed
STOPSIGNAL ${SIG:-15}
COPY --chown=${a}:${b} --chmod=${m:-0644} $f ${g} /dest/${h:-x}/
RUN --mount=type=bind,source=${a},target=/in/$b,ro \
    --mount=type=tmpfs,target=/tmp,size=${size:-64m} --mount=type=ssh,required=${r:-false} true
FROM --platform=${TARGETPLATFORM:-linux/amd64} x-1.y_z
COPY --from=x-1.y_z / /
