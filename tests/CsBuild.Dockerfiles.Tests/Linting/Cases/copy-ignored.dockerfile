# check=experimental=all
FROM scratch
COPY a /x
ADD sub/b c /y/
COPY --from=other a /z
ADD http://example.com/a /q/
COPY x.md *.md /m/
#: --build-context other=.
