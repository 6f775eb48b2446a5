FROM scratch AS a
WORKDIR app
WORKDIR sub
FROM scratch AS b
WORKDIR /app
WORKDIR sub
FROM b
WORKDIR x
FROM scratch
WORKDIR x y
