FROM alpine
CMD ["a", "b c", "d\"e", "\u00e9", "\ud83d\ude00", "tab\tin it", "\/"]
CMD []
CMD [ ]
CMD [""]
ENTRYPOINT	[	"a"	,	"b"	]	
RUN ["a",\
     # between
     "b"]
RUN ['a', 'b']
RUN ["a", "b",]
RUN ["a" "b"]
RUN ["a", "b"
RUN ["a\d"]
RUN [ -f /etc/passwd ] && echo yes
RUN [ "$x" = "y" ] || exit 1
RUN [a, b]
RUN "quoted" text
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
VOLUME ["/data", "/var/lib/x y"]
VOLUME /data /logs
COPY ["a b", "c", "/d e/"]
ADD ["x.tar.gz", "/"]
COPY [abc]*.txt /x/
HEALTHCHECK --interval=5s CMD ["curl", "-f", "localhost"]
HEALTHCHECK cmd curl -f localhost || exit 1
HEALTHCHECK NONE
HEALTHCHECK --retries=3 \
  CMD ["a", \
       "b"]
ONBUILD CMD ["a", "b"]
ONBUILD HEALTHCHECK CMD ["a"]
