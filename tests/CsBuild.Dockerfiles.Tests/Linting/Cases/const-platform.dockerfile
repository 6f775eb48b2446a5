FROM --platform=linux/amd64 scratch AS a
FROM --platform=linux/amd64 scratch AS build-amd64
FROM --platform=linux/arm64 scratch AS linux
FROM --platform=amd64 scratch AS x
FROM --platform=linux/arm/v7 scratch AS arm
FROM --platform=linux/aarch64 scratch AS arm64
FROM --platform=linux/amd64 scratch
