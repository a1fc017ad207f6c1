"""Rules on base images, runtime, labels and style on the edge cases that are too many for their pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import copy
from pathlib import Path

import pytest

from dagdock.config import Config, Finder
from dagdock.engine import Linter, Workspace
from dagdock.examples import as_files
from dagdock.hooks import Rules
from dagdock.rule import Bad
from dagdock.selection import Choice
from dagdock.testing import check_examples, marked

RULES = {rule.code: rule for kind in ("dockerfile", "project") for rule in Rules(third_party=False).of_kind(kind)}

Files = str | Mapping[str, str]
DIGEST = "sha256:" + "ab" * 32

# Each case marks what must be flagged. Without a FROM of their own they stand in a Debian image.
CASES: dict[str, list[Files]] = {
    "DF103": [
        "from «docker.io/library/python:3.12»\n",
        "FROM --platform=$BUILDPLATFORM «golang:1.23» AS build\n",
        "ARG D\nFROM alpine:3${D:+@$D}\n",
        f"ARG D={DIGEST}\nFROM alpine:3${{D:+@$D}}\n",
        "ARG R\nFROM $R/app:1\n",
        "FROM «debian»\nONBUILD COPY . .\n",
        "FROM \n",
    ],
    "DF104": [f"FROM «a:1@{DIGEST}» AS x\n", f"FROM a@{DIGEST}\n", f"ARG D={DIGEST}\nFROM «a:1@$D»\n"],
    "DF106": [
        "FROM «--platform=linux/amd64» a:1\n",
        'FROM «--platform="linux/amd64"» a:1\n',
        "FROM «--platform=windows/amd64» a:1 AS tools\n",
        "FROM --platform=linux/arm64 a:1 AS final-arm64\n",
        "FROM --platform=linux/arm64 a:1 AS Linux\n",
        "FROM --platform=linux/$ARCH a:1\n",
        "FROM --platform= a:1\n",
        "FROM \\\n  «--platform=linux/amd64» \\\n  a:1\n",
    ],
    "DF107": [
        "FROM «--platform=${TARGETPLATFORM}» a:1\n",
        'FROM «--platform="$TARGETPLATFORM"» a:1\n',
        "from «--platform=$TARGETPLATFORM» a:1 as b\n",
        "FROM --platform=$TARGETPLATFORM/v8 a:1\n",
        "FROM --platform=$BUILDPLATFORM a:1\n",
    ],
    "DF108": [
        "FROM «--platform=$FOO» a:1\n",
        "FROM --platform=linux/amd64 a:1\n",
        "FROM --platform=${BUILDPLATFORM:-linux/amd64} a:1\n",
    ],
    "DF109": [
        "FROM «$IMAGE»\n",
        "FROM alpine:«${TAG}»-slim\n",
        "FROM --platform=«$BULIDPLATFORM» alpine:3\n",
        "ARG A=1\nFROM alpine:$A-«$B»\n",
        "FROM a:1\nARG TAG=1\nFROM b:«$TAG»\n",
        "ARG TAG=1\nFROM a:1\nFROM b:$TAG\n",
        "FROM alpine:${TAG:-3}\nFROM alpine${TAG:+:$TAG}\n",
        "FROM --platform=$TARGETOS/$TARGETARCH alpine:3\n",
        "arg T=1\r\nfrom alpine:$T\r\nfrom alpine:«$U»\r\n",
    ],
    "DF110": [
        "ARG A=\nFROM «a:$A»\n",
        'ARG SFX="box:"\nFROM «busy${SFX}»\n',
        "ARG A\nFROM x:1$A\n",
        "ARG A\nFROM «$A»\nCOPY a b\n",
        "ARG A\nFROM ${A:-x:1}\n",
        "FROM a:$B\n",
        {
            "Makefile": "build:\n\tdocker build --build-arg VERSION=3 .\n",
            "Dockerfile": "ARG VERSION\nFROM a:$VERSION\n",
        },
    ],
    "DF111": [
        "FROM a:1 AS x\nFROM b:1 AS «x»\nFROM c:1 as «X»\n",
        "FROM a:1 AS x\nFROM x AS y\n",
        "FROM a:1\nFROM b:1\n",
    ],
    "DF112": ["FROM a:1 AS «Scratch»\nFROM b:1 AS «context»\nFROM scratch AS x\n"],
    "DF113": [
        "FROM a:1 AS «1st»\n",
        "FROM a:1 AS «b:c»\n",
        "FROM a:1 AS «$NAME»\n",
        "FROM a:1 AS «-x»\n",
        "FROM a:1 AS x.y_z-1\nFROM a:1 AS X\nFROM a:1 AS\n",
        "FROM a:1 AS {{ name }}\n",
    ],
    "DF114": ["FROM a:1 AS «Web»\nFROM web\n", "FROM a:1 AS web\nFROM Web\n"],
    "DF115": [
        "from a:1 «AS» b\n",
        "FROM a:1 «As» b\n",
        "From a:1 as b\n",
        "FROM a:1 \\\n  «as» b\n",
        "FROM a:1\n",
        "FROM as\n",
    ],
    "DF116": [
        "FROM a:1 AS builder\nFROM b:1\nCOPY --from=«buidler» /a /b\n",
        "FROM a:1 AS builder\nFROM b:1\nRUN --mount=type=bind,from=«bulider»,target=/x make\n",
        "FROM a:1\nCOPY --from=«builder» /a /b\n",
        "FROM a:1 AS builder\nFROM b:1\nCOPY --from=BUILDER /a /b\nCOPY --from=0 /a /b\nCOPY --from=9 /a /b\n",
        "FROM b:1\nCOPY --from=php /a /b\nCOPY --from=builder:1 /a /b\nCOPY --from=acme/builder /a /b\n",
        "FROM b:1\nCOPY --from=build /a /b\nFROM a:1 AS build\n",
        "FROM b:1\nONBUILD COPY --from=build /a /b\n",
        "FROM a:1 AS nod\nFROM b:1\nCOPY --from=node /a /b\n",
        {
            "docker-bake.hcl": 'target "x" {\n  contexts = {\n    base = "docker-image://a"\n  }\n}\n',
            "Dockerfile": "FROM a:1\nCOPY --from=base /a /b\n",
        },
        "FROM a:1 AS builder\r\nFROM b:1\r\nCOPY --from=«bulder» /a \\\r\n  /b\r\n",
        "COPY --from= /a /b\n",
    ],
    "DF117": ["FROM a:1\nCOPY --from=«acme/tool» /a /b\nCOPY --from=acme/tool:1 /a /b\nCOPY --from=scratch / /\n"],
    "DF118": [
        "FROM a:1 AS x\nCOPY --from=«X» /a /b\n",
        "FROM a:1 AS x\nRUN --mount=from=«x»,target=/a make\n",
        "FROM a:1\nCOPY --from=«0» /a /b\n",
        "FROM a:1 AS x\nFROM b:1 AS x\nCOPY --from=x /a /b\n",
        "FROM a:1 AS x\nONBUILD COPY --from=x /a /b\n",
    ],
    "DF119": [
        "FROM a:1 AS x\nFROM b:1\nCOPY --from=«0» /a /b\nCOPY --from=x /a /b\nCOPY --from=7 /a /b\n",
        "FROM a:1\nFROM b:1\nRUN --mount=from=0,target=/a make\n",
    ],
    "DF120": [
        'FROM debian:12 AS b\nRUN make\nFROM debian:12\n«COPY --from=b ["/", "/"]»\n',
        "FROM debian:12 AS b\nFROM debian:12\n«COPY --link --from=0 /. /»\n",
        "FROM scratch AS b\nCOPY x /\nFROM debian:12\nCOPY --from=b / /\n",
        "FROM debian:12\n«COPY --from=python:3.12 / /»\nCOPY / /\n",
        'FROM debian:12 AS b\nFROM debian:12\n«COPY --from=b "/" "/"»\nCOPY --from=b /app /\nCOPY --from=b / /app\n',
    ],
    "DF121": [
        "FROM debian:12\n«COPY --from=acme/tool:1 / /»\n",
        "FROM debian:12 AS b\nFROM scratch\n«COPY --from=b / /»\n",
    ],
    "DF122": [
        "FROM «python:2»\n",
        "FROM «python:3.6.9-alpine3.10»\n",
        "FROM «docker.io/library/node:12»\n",
        "FROM «public.ecr.aws/docker/library/node:12»\n",
        "FROM «debian:stretch-slim»\nFROM «debian:9»\n",
        "FROM «ubuntu:16.04»\nFROM «ubuntu:xenial-20210114»\n",
        "FROM «centos»\nFROM «centos:8»\nFROM quay.io/centos/centos:stream9\n",
        "FROM «nginx:1.27-alpine3.14»\n",
        "FROM «mcr.microsoft.com/dotnet/aspnet:5.0»\n",
        "FROM --platform=$BUILDPLATFORM «golang:1.16» AS b\nFROM b\n",
        "FROM python\nFROM python:latest\nFROM python:slim\nFROM «python:rc-buster»\nFROM acme/python:2.7\n",
        f"FROM python@{DIGEST}\nFROM $X\nARG T\nFROM python:$T\n",
        "ARG T=3.7\nFROM «python:$T»\n",
        "FROM python:99.1\nFROM node:current\n",
    ],
    "DF123": [
        "FROM python:3.11 AS a\nFROM «python:3.12-slim»\n",
        "FROM python:3.11 AS a\nFROM python:3.11-slim\nFROM python\n",
        "FROM python:3.10\nFROM python:3.11\nFROM python:3.12\n",
        "FROM python:3.11 AS a\n# needs 3.12 for the new parser\nFROM python:3.12\n",
        "FROM debian:bookworm\nFROM debian:bullseye\n",
        "ARG V=18\nFROM node:$V AS b\nFROM «node:20-alpine»\n",
    ],
    "DF124": [
        "FROM a:1\nCOPY «--parents» a b\nRUN --mount=type=cache,target=/x make\n",
        "FROM a:1\nCOPY <<EOF /x\nhi\nEOF\n",
        "FROM a:1\nONBUILD COPY «--parents» a b\n",
        "# syntax=docker/dockerfile:1.2\nFROM a:1\nRUN --mount=type=cache,target=/x make\n",
        "# syntax=«docker/dockerfile:1.2»\nFROM a:1\nCOPY --link a b\n",
        "# syntax=docker/dockerfile:1-labs\nFROM a:1\nRUN --device=x make\n",
        "# syntax=«docker/dockerfile:1»\nFROM a:1\nRUN --device=x make\n",
        "# syntax=acme/frontend:1.0\nFROM a:1\nCOPY --link a b\n",
        "# escape=`\nFROM a:1\nCOPY «--parents» a b\n",
        "FROM a:1\n# syntax=docker/dockerfile:1\nCOPY --link a b\n",
        "FROM a:1\nRUN cat <<EOF > /x\nhi\nEOF\n",
        "FROM a:1\nRUN --unknown=1 make\n",
    ],
    "DF125": [
        'FROM «node:22-bookworm»\nCOPY . .\nRUN npm ci\nENTRYPOINT ["node", "app.js"]\n',
        "FROM «docker.io/library/python:3»\nCMD python app.py\n",
        "FROM python:3.12\nRUN pip install x\n",
        'FROM python:3.12\nRUN apt-get install -y libpq-dev\nCMD ["python"]\n',
        'FROM python:3.12 AS dev\nCMD ["python"]\n',
        'FROM python:3.12-alpine\nCMD ["python"]\n',
        'FROM python\nCMD ["python"]\n',
        {"build.Dockerfile": 'FROM python:3.12\nCMD ["app"]\n'},
    ],
    "DF127": [
        'FROM «maven:3.9»\nRUN mvn package\nCMD ["java", "-jar", "a.jar"]\n',
        'FROM «golang:1.23-alpine»\nENTRYPOINT ["/app"]\n',
        'FROM maven:3.9\nCMD ["mvn", "spring-boot:run"]\n',
        "FROM golang:1.23\nRUN go build\n",
        'FROM golang:1.23 AS dev\nCMD ["/app"]\n',
        {"build.Dockerfile": 'FROM golang:1.23\nCMD ["/app"]\n'},
    ],
    "DF126": [
        "FROM «ubuntu:rolling»\nFROM «debian:stable-slim»\nFROM «x.io/a:main»\n",
        "FROM node:lts-2024\nFROM a:developer\nFROM a:latest\nFROM «node:latest-alpine»\n",
        "ARG T\nFROM a:$T\nFROM a:dev-x AS b\nFROM b\n",
        {"base.Dockerfile": "FROM alpine:3\n", "app.Dockerfile": "FROM acme/base:dev\n"},
    ],
    "DF636": [
        "HEALTHCHECK «--interval=500ms» CMD x\n",
        "HEALTHCHECK «--interval=2s» --timeout=1s \\\n  CMD x\n",
        "HEALTHCHECK --interval=0 CMD x\nHEALTHCHECK --interval=5s CMD x\nHEALTHCHECK --interval=$X CMD x\n",
        "HEALTHCHECK --interval=1m1s CMD x\nHEALTHCHECK --interval= CMD x\nHEALTHCHECK --interval=1x CMD x\n",
    ],
    "DF637": [
        "EXPOSE 80 «80» 80/udp\n",
        "EXPOSE 80/TCP \\\n  «80»\n",
        "EXPOSE 8000-8001\nEXPOSE 8000\nEXPOSE «8000-8001»\n",
        "FROM a:1 AS b\nEXPOSE 80\nFROM b\nEXPOSE 80\n",
        "EXPOSE $P $P\nEXPOSE x x\n",
    ],
    "DF612": [
        "«FROM a:1»\nRUN b\n",
        "FROM a:1 AS b\nHEALTHCHECK NONE\nFROM b AS c\nFROM c\n",
        "HEALTHCHECK CMD x\n",
    ],
    "DF613": [
        "USER «app»\n",
        "USER «app:1000»\n",
        "USER 1000:app\n",
        "ARG U\nUSER $U\n",
        "USER «${U:-app}»\n",
        "USER\n",
        "ONBUILD USER «app»\n",
    ],
    "DF614": [
        "EXPOSE 0 65535 «65536»\n",
        "EXPOSE «http» 80/TCP\n",
        "EXPOSE «8000-7000/udp» 80-90\n",
        "EXPOSE «80,443»\n",
        "EXPOSE 80 «#» web\n",
        "EXPOSE «80-»\n",
        "EXPOSE 8080:80 127.0.0.1:80:80 \"80\" '443'\n",
        "EXPOSE ${PORT} 40000-${LAST} $P/tcp\n",
        "EXPOSE 80 \\\n  «99999»\n",
        "ONBUILD EXPOSE «99999»\n",
        "EXPOSE\n",
        "EXPOSE {{ port }}\n",
        "expose «http»\r\n",
    ],
    "DF615": ["EXPOSE 80/«TcP» 8080/«TCP» 8080/udp\n", "EXPOSE 80/HTTP $P/TCP\n"],
    "DF616": ["EXPOSE «80:80» «0.0.0.0:80:8080/udp» «127.0.0.1::80» «[::1]:80:80» 80\n", "EXPOSE $A:80 a:b http://x\n"],
    "DF617": [
        "EXPOSE «22/tcp» 2222\n",
        "EXPOSE «20-25»\n",
        "EXPOSE «3389» «5900» «23» «5800»\n",
        "ARG P=22\nEXPOSE «$P»\n",
        "ARG P\nEXPOSE $P 22/udp\n",
        "RUN apt-get install gitolite3\nEXPOSE 22\n",
    ],
    "DF618": [
        'VOLUME ["/data", «"/var/run/docker.sock"»]\n',
        "VOLUME «/run//docker.sock»\n",
        "VOLUME /var/run/docker.sock.d\n",
    ],
    "DF619": [
        "ENV «DEBUG 1»\n",
        "ENV A=1 «APP_DEBUG=true»\n",
        "ENV DEBUG=1\nENV DEBUG=\n",
        "ENV XDEBUG_MODE=off\n",
        "ENV «XDEBUG_MODE=debug»\n",
        "FROM a:1 AS base\nENV «RAILS_ENV=development»\nFROM base\n",
        "FROM a:1 AS base\nENV RAILS_ENV=development\nFROM b:1\n",
        "ARG DEBUG=1\nENV NODE_ENV=$X\n",
        {"dev/Dockerfile": "FROM a:1\nENV DEBUG=1\n", ".devcontainer/Dockerfile": "FROM a:1\nENV DEBUG=1\n"},
        "ENV «ASPNETCORE_ENVIRONMENT=Development»\n",
    ],
    "DF620": [
        'ENV BLA="blubb" BLUBB="«${BLA}»/blubb"\n',
        "ENV PATH=/bla:${PATH} PATH=/blubb:«${PATH}»\n",
        "ENV B=«$A» A=1\n",
        "ENV A=1\nENV A=2 B=$A\n",
        'ENV A="x" B="$AB" C="${BA}" D="A/$BA/A"\n',
        "ENV PATH=/x:$PATH Y=$PATH\n",
        "ENV A=1 B=${A:-2}\n",
        "ENV A $A\n",
        "FROM python:3.12\nENV LANG=C B=$LANG\n",
        "ENV A=1 \\\n  # why\n  B=«$A»\n",
        "ENV A=1 B='$A'\n",
        "ENV A=1 B=\\$A\n",
        "ONBUILD ENV A=1 B=«$A»\n",
        "ENV A=1 B=$\n",
    ],
    "DF621": [
        "ENV «key value»\nLABEL «key value»\n",
        "ENV «A  b  c»\n",
        "ENV «PATH /opt:$PATH»\n",
        "env «A b»\r\n",
        "ENV «A a \\\n  b»\n",
        "ENV A =b\nENV A=b c=d\nENV A\nENV\nARG a\n",
        "ONBUILD ENV «A b»\n",
    ],
    "DF622": [
        "ENV «A =b»\n",
        "ENV «A = b»\n",
        'LABEL «a ="b c"»\n',
        "ENV «A =b C=d»\n",
        "ENV A b=c\nARG a =b\nENV A= b\n",
    ],
    "DF623": [
        'ENTRYPOINT [«"java -jar app.jar"»]\n',
        'CMD [«"python app.py"», "--port", "80"]\n',
        'RUN [«"apt-get update"»]\n',
        'HEALTHCHECK CMD [«"curl -f http://localhost/"»]\n',
        'CMD [ \\\n  «"npm start"» \\\n]\n',
        'CMD ["sh", "-c", "python app.py"]\nENTRYPOINT ["my\\ app"]\n',
        'FROM mcr.microsoft.com/windows/servercore:ltsc2022\nCMD ["cmd /c dir"]\n',
        'CMD ["/opt/My App/bin/run"]\nENTRYPOINT ["echo", "a b"]\n',
        'CMD ["[\\"python\\", \\"app.py\\"]"]\n',
        'CMD ["{{ cmd }} run"]\nCMD [""]\nCMD []\nCMD ["python app.py"\n',
        'ONBUILD CMD [«"npm start"»]\n',
        'CMD [«"/start.sh --port 80"»]\n',
    ],
    "DF624": [
        "ENTRYPOINT python app.py\n«CMD --port 80»\n",
        'ENTRYPOINT ["java", "-jar", "app.jar"]\n«CMD server.port=80»\n',
        'FROM a:1 AS b\nENTRYPOINT python app.py\nFROM b\n«CMD ["x"]»\n',
        'ENTRYPOINT ["python", "/docker-entrypoint.py"]\nCMD app\n',
        'ENTRYPOINT ["tini", "--"]\nCMD python app.py\n',
        'ENTRYPOINT python app.py "$@"\nCMD ["x"]\n',
        "ENTRYPOINT []\nCMD python app.py\n",
        "ENTRYPOINT ['python']\nCMD app.py\n",
        "ENTRYPOINT python app.py\nCMD []\n",
        'ENTRYPOINT\nCMD ["x"]\n',
        '«CMD ["x"]»\nENTRYPOINT python app.py\n',
        'ENTRYPOINT \\\n  python app.py\n«CMD ["x"]»\n',
        'ENTRYPOINT ["sh", "-c"]\nCMD python app.py\n',
        'ENTRYPOINT ["/bin/sh", "-c", "python app.py"]\n«CMD ["--port", "80"]»\n',
        'ENTRYPOINT ["sh", "-c", "exec app \\"$@\\"", "--"]\nCMD ["x"]\n',
        'ENTRYPOINT ["sh", "-c", "exec app $0"]\nCMD ["x"]\n',
    ],
    "DF625": [
        'FROM a:1 AS b\nCMD x\nFROM b AS c\n«ENTRYPOINT ["y"]»\nFROM c\nENTRYPOINT ["z"]\n',
        'FROM a:1 AS b\nENTRYPOINT ["x"]\nFROM b\nENTRYPOINT ["y"]\n',
        'FROM a:1 AS b\nCMD ["x"]\nFROM b\nENTRYPOINT []\n',
        'FROM a:1 AS b\nCMD ["x"]\nFROM a:1\nENTRYPOINT ["y"]\n',
    ],
    "DF626": [
        "ENV «PATH /opt/bin»\n",
        'ENV A=1 «PATH="/opt/bin:/srv/bin"»\n',
        'ENV PATH=/x:${PATH}\nENV PATH="$PATH:/x"\n',
        "ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin:/opt\n",
        "ENV PATH=/opt/conda/bin:/usr/local/bin:/usr/bin\n",
        "FROM scratch\nENV PATH=/app\n",
        "FROM gcr.io/distroless/base\nENV PATH=/app\n",
        "ARG DIRS\nENV PATH=$DIRS\n",
        "ENV OLD=$PATH\nENV PATH=/x:$OLD\n",
        'FROM mcr.microsoft.com/windows/nanoserver:1\nENV PATH="C:\\app;%PATH%"\n',
        "FROM a:1 AS b\nFROM b\nENV «PATH=/x»\n",
        "ENV «PYTHONPATH=/app:»\nENV PYTHONPATH=/app:/lib\nENV PYTHONPATH=\n",
        "ONBUILD ENV PATH=/x\nENV PATH\n",
        "ARG PATH=/x\n",
    ],
    "DF627": [
        "FROM node:22-slim\nHEALTHCHECK CMD «wget» -qO- localhost || exit 1\n",
        "FROM debian:12\nHEALTHCHECK --interval=5s \\\n  CMD «curl» -f localhost\n",
        'FROM alpine:3.20\nHEALTHCHECK CMD ["«curl»", "-f", "localhost"]\n',
        "FROM python:3.12-slim\nHEALTHCHECK CMD «pgrep» -f app\n",
        "FROM alpine:3.20\nRUN apk add --no-cache curl\nHEALTHCHECK CMD curl -f localhost\n",
        "FROM alpine:3.20\nHEALTHCHECK CMD wget -q localhost && nc -z localhost 80\n",
        "FROM debian:12\nCOPY --from=x:1 /usr/bin/curl /usr/bin/\nHEALTHCHECK CMD curl -f localhost\n",
        "FROM debian:12\nRUN ./install.sh\nHEALTHCHECK CMD curl -f localhost\n",
        "FROM debian:12\nRUN apt-get install -y $PACKAGES\nHEALTHCHECK CMD curl -f localhost\n",
        "FROM debian:12 AS a\nRUN apt-get install -y curl\nFROM a\nHEALTHCHECK CMD curl -f localhost\n",
        "FROM acme/base:1\nHEALTHCHECK CMD curl -f localhost\n",
        "FROM nginx:1.27-alpine\nHEALTHCHECK CMD curl -f localhost\n",
        "FROM python:3.12-slim\nHEALTHCHECK CMD python -c 'import urllib.request'\n",
        "FROM python:3.12-slim\nHEALTHCHECK CMD /usr/local/bin/curl localhost\nFROM x:1\n",
        "FROM scratch\nCOPY app /app\n«HEALTHCHECK CMD /app check || exit 1»\n",
        "FROM scratch\nADD rootfs /\nHEALTHCHECK CMD /app check\n",
        "FROM debian:12\nHEALTHCHECK NONE\n",
        "FROM debian:12\nHEALTHCHECK CMD command -v curl && curl -f localhost\n",
        "FROM debian:12\nRUN apt-get install -y netcat-openbsd\nHEALTHCHECK CMD nc -z localhost 1\n",
        "FROM debian:12\nHEALTHCHECK CMD «curl» -f localhost && curl -f localhost:1\n",
    ],
    "DF628": [
        "HEALTHCHECK CMD pg_isready «|| exit 0»\n",
        "HEALTHCHECK CMD pg_isready «|| :»\n",
        'HEALTHCHECK CMD ["sh", "-c", "pg_isready «|| true»"]\n',
        "HEALTHCHECK CMD pg_isready «|| echo down»\n",
        "HEALTHCHECK CMD «curl -s http://localhost > /dev/null» || exit 1\n",
        'HEALTHCHECK CMD ["«curl", "http://localhost:80/»"]\n',
        "HEALTHCHECK CMD curl -sf http://localhost || exit 1\n",
        "HEALTHCHECK CMD curl --fail-with-body http://localhost\n",
        "HEALTHCHECK CMD curl -s -w '%{http_code}' http://localhost | grep 200\n",
        "HEALTHCHECK CMD test $(curl -s http://localhost) = ok\n",
        "HEALTHCHECK CMD curl -s http://localhost -o /tmp/x && grep ok /tmp/x\n",
        "HEALTHCHECK CMD if pg_isready; then exit 0; else exit 1; fi\n",
        "HEALTHCHECK CMD pg_isready && exit 0 || exit 1\n",
        "HEALTHCHECK CMD pg_isready && echo ok\nHEALTHCHECK CMD «exit 0»\nHEALTHCHECK NONE\nHEALTHCHECK\n",
        "ONBUILD HEALTHCHECK CMD x «|| true»\n",
        "HEALTHCHECK CMD x \\\n  «|| true»\n",
    ],
    "DF629": [
        "ENTRYPOINT «redis-server» & python app.py\n",
        "CMD «a» & b & wait\n",
        'CMD ["bash", "-c", "«cron» && python app.py"]\n',
        "CMD «/etc/init.d/ssh start»; exec gunicorn app:app\n",
        "CMD python app.py &\n",
        "RUN a & b\nCMD a && b\n",
        "FROM a:1 AS x\nCMD «a» & b\nFROM x\n",
    ],
    "DF630": [
        "EXPOSE «5000»\nCMD python -m http.server 8000\n",
        "EXPOSE «80/tcp»\nCMD python manage.py runserver 0.0.0.0:8000\n",
        "EXPOSE «8000»\nCMD streamlit run app.py --server.port=8501\n",
        'EXPOSE «8080»\nENTRYPOINT ["java", "-Dserver.port=9090", "-jar", "app.jar"]\n',
        'EXPOSE «80»\nENTRYPOINT ["uvicorn", "app:app"]\nCMD ["--port", "8000"]\n',
        "EXPOSE «80»\nCMD gunicorn -b :8000 app:app\n",
        "«EXPOSE 80 443»\nCMD gunicorn -b :8000 app:app\n",
        "EXPOSE 8000-8010\nCMD gunicorn -b :8005 app:app\n",
        "EXPOSE 80\nCMD gunicorn -c conf.py app:app\n",
        "EXPOSE 80\nCMD gunicorn -b :$PORT app:app\n",
        "EXPOSE 80\nCMD nginx & gunicorn -b :8000 app:app\n",
        'EXPOSE 80\nENTRYPOINT ["/start.sh"]\nCMD ["gunicorn", "-b", ":8000"]\n',
        "EXPOSE 80 443\nCMD flask run\n",
        "ENV FLASK_RUN_PORT=80\nEXPOSE 80\nCMD flask run\n",
        {
            "Dockerfile": "FROM a:1\nCOPY app.py .\nEXPOSE 80\nCMD flask run\n",
            ".flaskenv": "FLASK_RUN_PORT=80",
            "app.py": "",
        },
        "EXPOSE 80\nCMD gunicorn -b unix:/run/x.sock app:app\n",
        "EXPOSE 80\nCMD uvicorn --help\n",
        "FROM a:1 AS b\nEXPOSE 80\nFROM a:1\nCMD flask run\n",
        "EXPOSE\nCMD flask run\n",
    ],
    "DF631": [
        'FROM node:22\nENTRYPOINT ["npm", "start"]\n',
        'FROM node:22\nCMD ["yarn", "run", "serve"]\n',
        'FROM node:22\nCMD [ "npm", "start", "--silent" ]\n',
        'FROM node:22\nENTRYPOINT []\nCMD ["npm", "start"]\n',
        'FROM node:22\nCMD npm start\nFROM node:22 AS dev\nCMD ["npm", "start"]\n',
        'FROM acme/base:1\nCMD ["npm", "start"]\n',
        'FROM node:22\nCMD ["npm", "test"]\n',
        'FROM node:22\nCMD ["npm", "run", "watch"]\n',
        'FROM node:22\nCMD ["npm"]\n',
    ],
    "DF632": [
        "VOLUME /data\n«COPY a /data/x»\n",
        'VOLUME ["/data"]\n«RUN echo x > /data/y»\n',
        "WORKDIR /srv\nVOLUME /srv\n«COPY a .»\n",
        "VOLUME /data\nRUN cat /data/x\nCOPY a /database\n",
        "VOLUME $X\nCOPY a /data\n",
        "WORKDIR /data\nVOLUME /data\n«RUN touch x»\n",
        "WORKDIR /data\nVOLUME /data\nRUN chown app:app /srv && touch /srv/x\n",
        "FROM a:1\nWORKDIR /app\nCOPY . /app\nVOLUME «/app»\n",
        'FROM a:1\nWORKDIR /var/www\nCOPY public/ .\nVOLUME [«"/var/www"»]\n',
        "FROM a:1\nCOPY seed/ /data/\nVOLUME /data\n",
        "VOLUME /data\nONBUILD COPY a /data\nRUN rm -rf /data/tmp\n",
        "FROM a:1 AS b\nVOLUME /data\nFROM a:1\nCOPY x /data\n",
        "VOLUME\nCOPY a /data\n",
    ],
    "DF633": [
        "ENV «DEBIAN_FRONTEND noninteractive»\n",
        "FROM a:1 AS b\nENV «DEBIAN_FRONTEND=noninteractive»\nFROM b\n",
        "FROM a:1 AS b\nENV DEBIAN_FRONTEND=noninteractive\nFROM a:1\n",
        "ENV DEBIAN_FRONTEND=noninteractive\nENV DEBIAN_FRONTEND=dialog\n",
        "ARG F=noninteractive\nENV «DEBIAN_FRONTEND=$F»\n",
        "ENV DEBIAN_FRONTEND=$X\n",
    ],
    "DF634": [
        "ENV «V 1.2.3»\nRUN get $V\n",
        "ENV «URL=https://example.com/x»\nRUN <<EOF\ncurl -O $URL\nEOF\n",
        "ENV V=1.2.3\nRUN get $V\nENTRYPOINT app $V\n",
        "ENV V=1.2.3 W=$V\nRUN get $V\n",
        "ENV MODE=fast\nRUN get $MODE\n",
        "ENV V=1.2.3\nRUN get $VERSION\n",
    ],
    "DF801": [
        "«MAINTAINER me»\n«maintainer you»\n",
        '«MAINTAINER "Me" $X \\\\ y»\n',
        "«MAINTAINER a \\\n  b»\n",
        "ONBUILD MAINTAINER me\nLABEL maintainer=me\n",
        "«MAINTAINER»\n",
    ],
    "DF802": [
        "LABEL «-x»=1 «.x»=1 «x-»=1 «a..b»=1 «a--b»=1 «'a b'»=1\n",
        "LABEL «com.docker.x»=1 «io.docker.x»=1 «org.dockerproject.x»=1 com.docker.extension.icon=1\n",
        "LABEL «Foo» bar\n",
        "LABEL a=1 a.b/c_d-e2=1 com.dockerx.y=1\n",
        "LABEL «invalid$character»=1\nARG P\nLABEL $P.x=1\n",
        "ONBUILD LABEL «X»=1\nLABEL =1\nLABEL\n",
    ],
    "DF807": [
        "from a:1\n«RUN» b\nrun c\n",
        "FROM a:1\nRUN b\nONBUILD run x\n",
        "FROM a:1\n«Run» b\n",
        "FROM a:1\nRUNN b\nrunn c\n",
        "FROM a:1\n«copy» <<EOF /x\nrun\nEOF\n",
        "ARG A=1\n«from» a:1\n",
        "",
    ],
    "DF808": ["# «ESCAPE»=\\\nFROM a:1\n", "# «Check»=skip=X\nFROM a:1\n", "FROM a:1\n# Escape=x\n"],
    "DF809": [
        "FROM a:1\n«# other words»\nARG x=1 y=2\n",
        "FROM a:1\n# y is it\nARG x=1 y=2\n",
        "FROM a:1\n# other words\n\nARG x=1\n# other\n#\nARG x\n# other\nRUN x\n",
        "«# the stage»\nFROM a:1 AS build\n",
        "# the image\nFROM a:1\n# hadolint ignore=DL3006\nFROM b AS c\n",
    ],
    "DF810": [
        "RUN a && \\\n  # «fixme» later\n  b\n",
        "RUN <<EOF\n# TODO\nEOF\n",
        "# todos\n# «todo»\n",
    ],
    "DF811": [
        "«# hadolint global ignore=DL3006»\nFROM a\n",
        "FROM a:1\n«#hadolint ignore = DL3006»\nRUN x\n",
        "FROM a:1\n«# dagdock: ignore[DF102]»\nRUN x\n«# check=skip=X»\nCMD x\n",
        "# hadolint shell=bash\n# about hadolint ignore=\nFROM a:1\n",
        "# check=error=true\nFROM a:1\n",
    ],
    "DF812": [
        "«# hadolint ignore=DL3006»\n\n\nFROM a\n",
        "FROM a:1\n«# hadolint ignore=DL1»\n«# hadolint ignore=DL2»\n# hadolint ignore=DL3\nRUN x\n",
        "FROM a:1\n# hadolint ignore=DL1\nRUN x\n# hadolint stage ignore=DL1\n\nRUN y\n",
        "FROM a:1\nRUN x && \\\n  # hadolint ignore=DL1\n  y\n",
        "FROM a:1\n# hadolint ignore=DL1\n",
        "FROM a:1\n# hadolint shell=bash\n\nRUN x\n",
        "FROM a:1\nRUN <<EOF\n# hadolint ignore=DL1\n\nEOF\n",
    ],
    "DF813": [
        "\n«# syntax=docker/dockerfile:1»\nFROM a:1\n",
        "FROM a:1\n«# escape=`»\n",
        "# note\n«# check=error=true»\nFROM a:1\n",
        "FROM a:1\n«# check=skip=X»\n\nRUN x\n",
        "#!/usr/bin/env docker\n# syntax=docker/dockerfile:1\nFROM a:1\n",
        "# syntax=docker/dockerfile:1\n# check=skip=X\n# note: syntax=x\nFROM a:1\n",
        "FROM a:1\n# escape = char\n# syntax = whatever\n# syntax=\n",
        "FROM a:1\nRUN <<EOF\n# syntax=docker/dockerfile:1\nEOF\n",
        "# Syntax=docker/dockerfile:1\nFROM a:1\n",
    ],
    "PJ110": [
        {"Dockerfile": "FROM a:1\nCOPY e.sh /\n«ENTRYPOINT /e.sh»\n", "e.sh": "set -e\n$@\n"},
        {"Dockerfile": 'FROM a:1\nCOPY e.sh /\n«CMD ["/e.sh"]»\n', "e.sh": "cd /app\njava -Xmx1g -jar app.jar\n\n"},
        {"Dockerfile": 'FROM a:1\nCOPY e.sh /\n«CMD ["sh", "/e.sh"]»\n', "e.sh": "gunicorn app:app --bind :80\n"},
        {"Dockerfile": 'FROM a:1\nCOPY e.sh /\nCMD ["/e.sh"]\n', "e.sh": "trap stop TERM\ngunicorn app:app\n"},
        {"Dockerfile": 'FROM a:1\nCOPY e.sh /\nCMD ["/e.sh"]\n', "e.sh": "exec gosu app gunicorn app:app\n"},
        {"Dockerfile": 'FROM a:1\nCOPY e.sh /\nCMD ["/e.sh"]\n', "e.sh": "python migrate.py\necho done\n"},
        {"Dockerfile": 'FROM a:1\nCOPY e.sh /\nCMD ["/e.sh"]\n', "e.sh": "if a; then\n  gunicorn app:app\nfi\n"},
        {"Dockerfile": 'FROM a:1\nCOPY e.sh /\nCMD ["/e.sh"]\n', "e.sh": "python load.py\n"},
        {"Dockerfile": 'FROM a:1\nCOPY e.sh /\nCMD ["/e.sh"]\n', "e.sh": "#!/usr/bin/python\nrun()\n"},
        {"Dockerfile": 'FROM a:1\nCOPY e.sh /\nCMD ["/e.sh"]\n', "e.sh": 'exec "$@"\n'},
        {"Dockerfile": 'FROM a:1\nCOPY e.sh /\nCMD ["/e.sh"]\n', "e.sh": ""},
        {"Dockerfile": 'FROM a:1\nCMD ["/e.sh"]\n', "e.sh": '"$@"\n'},
    ],
    "PJ112": [
        {
            "compose.yaml": "services:\n  a:\n    image: debian:12\n    healthcheck:\n"
            "      test: «[CMD-SHELL, 'curl -f localhost']»\n",
        },
        {
            "compose.yaml": "services:\n  a:\n    image: debian:12\n    healthcheck:\n      test: [NONE]\n"
            "  b:\n    image: acme/b:1\n    healthcheck:\n      test: curl -f localhost\n"
            "  c:\n    image: nginx:1.27\n    healthcheck:\n      test: curl -f localhost\n"
            "  d:\n    build: ./nowhere\n    healthcheck:\n      test: curl -f localhost\n"
            "  e:\n    image: ${IMAGE}\n    healthcheck:\n      test: curl -f localhost\n",
        },
    ],
    "PJ111": [
        {"Dockerfile": 'FROM a:1\nCOPY e.sh .\nCMD ["sh", "./e.sh"]\n', "e.sh": "app\n"},
        {"Dockerfile": 'FROM a:1\nWORKDIR /app\nCOPY . .\n«CMD ["./bin/e"]»\n', "bin/e": "app\n"},
        {"Dockerfile": "FROM a:1\nCOPY e.sh /\nCMD /e.sh\n", "e.sh": "app\n"},
        {"Dockerfile": 'FROM a:1\nCOPY e.sh /\n«ENTRYPOINT ["/e.sh"]»\nCMD ["x"]\n', "e.sh": "app\n"},
        {"Dockerfile": 'FROM a:1\nCOPY e.sh /\nENTRYPOINT ["tini", "/e.sh"]\n', "e.sh": "app\n"},
        {"Dockerfile": 'FROM a:1\nCOPY --from=x /e.sh /\nENTRYPOINT ["/e.sh"]\n', "e.sh": "app\n"},
    ],
}

# The same with a configuration.
CONFIGURED: list[tuple[str, str, str]] = [
    ("DF105", 'trusted-registries = ["docker.io"]', "FROM a:1\nFROM docker.io/a:1\nFROM «x.com/a:1»\nFROM scratch\n"),
    ("DF105", 'trusted-registries = ["hub.docker.com"]', "FROM a:1\nFROM «ghcr.io/a:1»\n"),
    ("DF105", 'trusted-registries = ["*.example.com"]', "FROM a.example.com/b:1\nFROM «example.com/b:1»\nFROM «a:1»\n"),
    (
        "DF105",
        'trusted-registries = ["registry.*"]',
        "FROM registry.io/b:1\nFROM registry.io:5000/b:1\nFROM «x.io/b:1»\n",
    ),
    ("DF105", 'trusted-registries = ["*"]', "FROM a:1\nFROM x.com/b:1\n"),
    ("DF105", 'trusted-registries = ["x.com/team"]', "FROM x.com/team/a:1\nFROM «x.com/teams/a:1»\n"),
    (
        "DF105",
        'trusted-registries = ["docker.io/library"]',
        "FROM library/debian:12\nFROM «acme/debian:12»\n",
    ),
    (
        "DF105",
        'trusted-registries = ["x.com"]',
        "ARG R=y.com\nFROM «$R/a:1» AS b\nFROM b\nCOPY --from=b / /\nCOPY --from=0 / /\n",
    ),
    (
        "DF105",
        'trusted-registries = ["x.com"]',
        "FROM x.com/a:1\nRUN --mount=type=cache,from=«y.com/b:1»,target=/x z\n",
    ),
    ("DF105", 'trusted-registries = ["x.com"]', "ARG R\nFROM $R/a:1\nCOPY --from=«y.com/b» /a /b\n"),
    ("DF803", '[label-schema]\nfoo = "text"', "FROM a:1 AS b\nLABEL foo=1\nFROM b\n"),
    ("DF803", '[label-schema]\nfoo = "text"', "FROM a:1 AS b\n«FROM b»\n«FROM c:1»\n"),
    ("DF803", '[label-schema]\nfoo = "text"', "FROM a:1 AS b\nFROM c:1\nLABEL foo=1\nCOPY --from=b / /\n"),
    (
        "DF804",
        'strict-labels = true\n[label-schema]\na = "text"',
        'FROM x:1\nLABEL a=1 "a"=2 «b»=3\nLABEL «c» d\n',
    ),
    ("DF804", '[label-schema]\na = "text"', "FROM x:1\nLABEL b=1\n"),
    ("DF805", '[label-schema]\na = "text"', "FROM x:1\nLABEL «a=» b=\nLABEL a=$X\nENV E=\nLABEL «a=$E»\n"),
    (
        "DF806",
        '[label-schema]\nu = "url"',
        "FROM x:1\nLABEL u=https://x.com/a?b=c u=«x.com» u=«http:/x» u=git+ssh://a/b\n",
    ),
    (
        "DF806",
        '[label-schema]\nt = "rfc3339"',
        "FROM x:1\nLABEL t=2026-02-28T00:00:00Z t=«2026-02-30T00:00:00Z» t=2026-01-01T00:00:60+23:59\n"
        "LABEL t=«2026-01-01» t=«2026-01-01T00:00:00»\n",
    ),
    (
        "DF806",
        '[label-schema]\nl = "spdx"',
        'FROM x:1\nLABEL l=MIT l=«Apache» l="(MIT OR Apache-2.0) AND BSD-3-Clause" l=«"MIT OR"» l=LicenseRef-acme\n'
        'LABEL l="GPL-2.0-only WITH Classpath-exception-2.0" l=GPL-2.0+ l=«"(MIT"»\n',
    ),
    ("DF806", '[label-schema]\nh = "hash"', "FROM x:1\nLABEL h=2dbfae9 h=«2dbfae» h=«xyzxyzx» h=$COMMIT\n"),
    ("DF806", '[label-schema]\nv = "semver"', "FROM x:1\nLABEL v=1.0.0-rc.1+b2 v=«1.0» v=«v1.0.0» v=«01.0.0»\n"),
    ("DF806", '[label-schema]\ne = "email"', 'FROM x:1\nLABEL e=a.b@c.de e=«a» e=«"A B <a@b>"»\n'),
    ("DF806", '[label-schema]\ne = "text"', "FROM x:1\nLABEL e=anything\n"),
    ("DF122", '[rules.end-of-life-base-image]\nas-of = "2024-10-08"', "FROM «python:3.8»\nFROM python:3.9\n"),
    ("DF122", '[rules.end-of-life-base-image]\nas-of = "2024-10-07"', "FROM python:3.8\n"),
]


def as_dockerfile(files: Files) -> dict[str, str]:
    found = as_files(files, "Dockerfile")
    if isinstance(files, str) and not re.search(r"(?im)^[«\s]*from\b", files):
        found = {"Dockerfile": "FROM debian:12\n" + files}
    return dict(found)


EACH = [(code, files) for code, cases in CASES.items() for files in cases]


@pytest.mark.parametrize(("code", "files"), EACH)
def test_case(code: str, files: Files) -> None:
    expected = as_dockerfile(files)
    assert marked(RULES[code], expected) == expected


def test_windows_newlines_change_nothing() -> None:
    for code, files in EACH:
        if code == "PJ111":
            continue  # newlines are what it is about
        expected = {
            path: "\r\n".join(text.replace("\r", "").split("\n")) for path, text in as_dockerfile(files).items()
        }
        assert marked(RULES[code], expected) == expected


@pytest.mark.parametrize(("code", "config", "text"), CONFIGURED)
def test_with_a_configuration(code: str, config: str, text: str) -> None:
    example = {"dagdock.toml": f"{config}\n", "Dockerfile": text}
    asked = copy(RULES[code])
    asked.bad, asked.good = ((Bad(example),), ()) if "«" in text else ((), (example,))
    check_examples(asked)


def test_hadolint_s_settings_reach_the_rules(tmp_path: Path) -> None:
    (tmp_path / ".hadolint.yaml").write_text(
        "trustedRegistries: [docker.io]\nstrict-labels: true\nlabel-schema:\n  version: semver\n"
    )
    (tmp_path / "Dockerfile").write_text("FROM ghcr.io/acme/base:1\nLABEL version=1 team=web\n")
    workspace = Workspace()
    found = Linter(finder=Finder()).check(workspace, [workspace.target(str(tmp_path / "Dockerfile"))]).findings
    aliases = {alias for finding in found for alias in finding.aliases}
    assert {"hadolint:DL3026", "hadolint:DL3050", "hadolint:DL3056"} <= aliases
    assert not aliases & {"hadolint:DL3052", "hadolint:DL3058"}


def test_the_right_to_be_run_is_kept_by_copy(tmp_path: Path) -> None:
    script = tmp_path / "start.sh"
    script.write_text("#!/bin/sh\nexec app\n")
    for mode, lines, found in (
        (0o644, "COPY start.sh /", True),
        (0o755, "COPY start.sh /", False),
        (0o644, "COPY --chmod=755 start.sh /", False),
        (0o644, "COPY start.sh /\nRUN chmod +x /start.sh", False),
    ):
        script.chmod(mode)
        (tmp_path / "Dockerfile").write_text(f'FROM debian:12\n{lines}\nCMD ["/start.sh"]\n')
        workspace = Workspace()
        linter = Linter(finder=Finder(config=Config()), choice=Choice(select=["PJ111"]))
        findings = linter.check(workspace, [workspace.target(str(tmp_path / "Dockerfile"))]).findings
        assert bool(findings) is found, lines
