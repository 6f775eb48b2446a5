# check=skip=all;experimental=all
# q
FROM scratch AS a
CMD a
