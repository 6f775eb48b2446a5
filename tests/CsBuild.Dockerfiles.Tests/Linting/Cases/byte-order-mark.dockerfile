# check=skip=JSONArgsRecommended
FROM scratch
CMD a
ENV a b
