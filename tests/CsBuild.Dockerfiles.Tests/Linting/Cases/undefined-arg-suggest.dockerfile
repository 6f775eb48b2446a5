ARG IMAGE=scratch
ARG IMAGES=scratch
FROM ${IMAGF:-scratch}
FROM ${image:-scratch}
FROM ${TARGETPLATFORMS:-scratch}
