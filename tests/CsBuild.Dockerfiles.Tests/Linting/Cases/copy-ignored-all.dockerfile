# check=experimental=all
FROM scratch
COPY . /x
COPY a b/c /y/
COPY / /y/
ADD . /z
