#!/usr/bin/env -S docker build -f
   FROM    scratch   aS    Odd.Name-1

	# check=skip=WorkdirRelativePath,JSONArgsRecommended
  workdir relative
RUN ['not', "json"] \\
RUN [ "json" , "form\u00e9\n\t\/" ]   
RUN -- --looks-like-a-flag <<<here
CMD
ENTRYPOINT []
CMD [ ]
COPY -- --flag [x] /d/
COPY [x y] /d/
RUN echo "unclosed <<EOF
RUN echo a \
    \
  # comment

    b \	 
    c
LABEL a=b\
c=d "e f"=g\ h
ENV   old   value  with   "quotes and blanks  
HEALTHCHECK NONE
ONBUILD   HEALTHCHECK --interval=0s CMD ["x"]
RUN --network="none" --security=sandbox --device=vendor.example/gpu=0,required --mount='type=cache,"target=/a,b",id=x' true
ADD --unpack=false --link file.tar "quoted name" /x
COPY --chown=1000 <<one.txt two.txt <<-"three" /y/
body of one
one.txt
		body of three
	three
