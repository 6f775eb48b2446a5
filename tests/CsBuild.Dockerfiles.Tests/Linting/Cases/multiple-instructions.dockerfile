FROM scratch AS a
CMD ["a"]
HEALTHCHECK NONE
CMD ["b"]
ENTRYPOINT ["a"]
CMD ["c"]
HEALTHCHECK CMD ["x"]
entrypoint ["b"]
FROM a
CMD ["x"]
