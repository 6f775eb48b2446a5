FROM --platform=$BUILDPLATFORM scratch as a
FROM \
  scratch \
  as \
  b
