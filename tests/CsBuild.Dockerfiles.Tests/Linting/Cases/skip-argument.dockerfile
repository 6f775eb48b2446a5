# check=skip=LegacyKeyValueFormat
FROM scratch
CMD a
ENV a b
#: --build-arg BUILDKIT_DOCKERFILE_CHECK=skip=JSONArgsRecommended
