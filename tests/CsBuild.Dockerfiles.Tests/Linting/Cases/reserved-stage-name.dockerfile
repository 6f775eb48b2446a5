FROM scratch AS context
FROM scratch AS Scratch
FROM scratch AS contexts
