FROM python:3.13-slim AS base
ENV PYTHONUNBUFFERED 1
ENV PIP_NO_CACHE_DIR=1 PATH="/venv/bin:${PATH}"

FROM base as builder
RUN <<-'SETUP'
	#!/usr/bin/env bash
	set -euo pipefail
	python -m venv /venv
	# a comment of the script
	for p in wheel setuptools; do
		pip install "$p"
	done
	SETUP
RUN cat <<A <<"B" > /tmp/both && sort 3<<-C <&3
$HOME of A
A
$HOME of B
B
		three
	two
	C
ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://example.com/archive.tar.gz /src/
ADD --keep-git-dir=true https://github.com/example/project.git#v1.2.3:docs /docs
COPY ["requirements file.txt", "other \"quoted\".txt", "/build dir/"]

FROM base
COPY --parents --from=builder /venv/./lib /venv
COPY --from=0 /venv /venv
ONBUILD COPY --chown=app requirements.txt .
ONBUILD RUN <<EOR
pip install -r requirements.txt
EOR
onbuild arg  EXTRA=none
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
VOLUME /data /var/log
VOLUME ["/with space", "/x"]
MAINTAINER Somebody <some@body.example>
RUN echo hello | tee /hello.txt
CMD python -m app --port $PORT
