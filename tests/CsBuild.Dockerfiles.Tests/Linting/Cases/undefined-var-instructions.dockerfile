FROM scratch
USER ${u:-1}
VOLUME /$v
STOPSIGNAL ${s:-9}
WORKDIR /$w
LABEL a=$l
ARG q=$q r=$q
CMD $c
HEALTHCHECK CMD $h
SHELL ["$k"]
EXPOSE 80$p
ONBUILD COPY $x /
ADD --chown=$c:$d --chmod=${e:-644} a /$f
COPY $1 $@ /x/
ENTRYPOINT ["$n"]
