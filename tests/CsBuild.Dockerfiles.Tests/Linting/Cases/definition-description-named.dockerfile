# check=experimental=InvalidDefinitionDescription
# x
FROM scratch AS base
