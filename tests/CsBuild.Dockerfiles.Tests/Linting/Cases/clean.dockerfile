FROM scratch AS build
ARG VERSION=1
ENV A=$VERSION
WORKDIR /app
COPY . .
FROM scratch
COPY --from=build /app /app
EXPOSE 80/tcp
ENTRYPOINT ["/app"]
