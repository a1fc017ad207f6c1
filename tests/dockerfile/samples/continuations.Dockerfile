
  FROM \
    alpine:3.20 \
    # the name
    AS build
RUN apk add --no-cache \
# a comment in the first column
      curl \
      # an indented comment with a \

      git \   
      && true \	

RU\
N echo the keyword is cut
RUN echo two backslashes at the end are none \\
RUN echo three \\\
ENV\
 KEY=value\
s
RUN echo \

# nothing but comments and blank lines


  && echo and on
RUN echo a;\
    echo b
COPY a\
b c\
d /e/
LABEL a=1 \
      b="two words" \
      c='it\
 goes on'
   RUN indented
	RUN tabbed	with	tabs
run echo lower
Run echo mixed
\
RUN echo behind a lone backslash
RUN echo the end \
