using CsBuild.Dockerfiles.Parsing;
using CsBuild.Testing;

namespace CsBuild.Dockerfiles.Tests.Parsing;

/// <summary>Whole files to whole trees.</summary>
public sealed class GoldenTests
{
    [Fact]
    public void An_ordinary_file_with_stages() => Verify("""
        # syntax=docker/dockerfile:1
        # escape=\
        ARG VERSION=1.2 \
            FLAVOUR
        # build the thing
        FROM --platform=$BUILDPLATFORM golang:${VERSION} AS Build
        WORKDIR /src
        COPY go.mod go.sum ./
        RUN --mount=type=cache,target=/root/.cache,sharing=locked,mode=0700 \
            --mount=type=secret,id=token,required \
            --network=none \
            go build \
            # a comment inside
              -o /out/app .
        FROM scratch
        COPY --from=Build --chown=1000:1000 --link /out/app /app
        ENV A=1 B="two words" C=three\ words
        ENV OLD some  value
        LABEL org.example.title="x=y" n=
        EXPOSE 80 443/tcp $PORTS
        USER 1000
        VOLUME /data /more
        VOLUME ["/a b"]
        STOPSIGNAL SIGTERM
        HEALTHCHECK --interval=30s --timeout=1m30s --start-period=500ms --retries=3 CMD curl -f http://localhost/ || exit 1
        SHELL ["/bin/bash", "-c"]
        ENTRYPOINT ["/app", "--é\u00e9"]
        CMD ["--help"]
        ONBUILD COPY . /src
        MAINTAINER A Person <a@example.org>
        """);

    [Fact]
    public void Heredocs_of_all_kinds() => Verify("""
        FROM scratch
        RUN <<EOF
        echo $x # not a comment
        # nor this \
        EOF
        RUN <<-'SCRIPT'
        	#!/usr/bin/env python
        		print(1)
        	SCRIPT
        RUN <<X
        #!/bin/sh
        X
        RUN cat <<A 3<<"B" > /f && cat
        in a
        A
        in b
        B
        COPY --chmod=0644 <<-one.txt file <<"two" /dir/
        	tab $x
        one.txt
        raw $x
        two
        ONBUILD RUN <<Z
        later
        Z
        CMD x
        """);

    [Fact]
    public void Backtick_as_escape() => Verify("""
        # escape=`
        FROM windows
        COPY a `
          C:\dir\
        ENV P=C:\x Q=a` b
        RUN dir `
          C:\
        """);

    private static void Verify(string text, [System.Runtime.CompilerServices.CallerMemberName] string method = "") =>
        Golden.Verify(TreePrinter.Print(DockerfileParser.Parse(text)), null, method: method);
}
