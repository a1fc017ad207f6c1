from alpine:3.20 as Build
expose 80 443/tcp   8000-8010/udp $PORT ${PORT:-80}
USER app:app
USER "$UID" with blanks
WORKDIR /a path/with blanks
WORKDIR $HOME/${x#y}/${x%%z*}/${x/a/b}/${x//a/b}
STOPSIGNAL SIGRTMIN+3
MAINTAINER Some One <some@example.com>
VOLUME /a $b
COPY "quoted" 'names' /x
COPY a b   c	d /e/
ADD https://example.com/a?b=c#d /
ONBUILD
ONBUILD ADD . /app
ONBUILD   run   echo   x
RUN
CMD
ENTRYPOINT
HEALTHCHECK
UNKNOWN a b c
apt-get install
{{ template }}
FROM scratch
