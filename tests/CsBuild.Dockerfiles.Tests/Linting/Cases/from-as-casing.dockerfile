FROM scratch as a
FROM scratch AS b
FROM scratch As c
from scratch AS d
from scratch as e
From scratch aS f
