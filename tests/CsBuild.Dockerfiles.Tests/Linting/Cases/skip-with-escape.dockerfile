# escape=`
# check=skip=JSONArgsRecommended
FROM scratch
CMD a
