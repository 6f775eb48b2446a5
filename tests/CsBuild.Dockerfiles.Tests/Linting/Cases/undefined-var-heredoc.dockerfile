FROM scratch
COPY <<a <<"b" /q/
 $Y
a
 $Z
b
RUN <<E
echo $W
E
