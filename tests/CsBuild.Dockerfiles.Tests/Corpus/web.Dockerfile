# syntax=docker/dockerfile:1.7
# check=skip=JSONArgsRecommended;error=true

# NODE the release of the runtime
ARG NODE=22.4 \
    DISTRO=bookworm
ARG REGISTRY=registry.example.com

# deps what the application needs
FROM --platform=$BUILDPLATFORM ${REGISTRY}/node:${NODE}-${DISTRO%%-*} AS deps
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm,sharing=locked,id=npm-${NODE} \
    --mount=type=secret,id=npmrc,target=/root/.npmrc,mode=0400 \
    npm ci --omit=dev

FROM deps AS build
ARG COMMIT
ENV NODE_ENV=production COMMIT=${COMMIT:-unknown} "QUOTED=a b"
COPY --exclude=*.md --exclude=test/** . .
RUN npm run build && \
    # keep the result small
    rm -rf src \

    && echo "built ${COMMIT}"

FROM nginx:1.27-alpine@sha256:0000000000000000000000000000000000000000000000000000000000000000
LABEL org.opencontainers.image.title="The site" \
      org.opencontainers.image.description='It'"'"'s "here"' \
      empty=
COPY --from=build --chown=101:101 --chmod=u=rwX,go=rX --link /app/dist /usr/share/nginx/html/
COPY <<EOF /etc/nginx/conf.d/default.conf
server {
  listen ${PORT:-8080};
  root /usr/share/nginx/html; # \$uri stays
}
EOF
EXPOSE 8080 8443/tcp 9000-9002/udp
HEALTHCHECK --interval=30s --timeout=3s --start-period=1m --start-interval=500ms --retries=5 \
  CMD wget -qO- http://127.0.0.1:8080/ || exit 1
STOPSIGNAL SIGQUIT
USER 101:101
ENTRYPOINT ["/docker-entrypoint.sh"]
CMD ["nginx", "-g", "daemon off;"]
