# check=skip=JSONArgsRecommended, LegacyKeyValueFormat
FROM scratch
CMD a
ENV a b
