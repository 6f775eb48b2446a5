FROM scratch
CMD echo hi
ENTRYPOINT /bin/app --x
