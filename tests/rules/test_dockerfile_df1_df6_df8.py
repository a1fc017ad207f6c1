"""Rules on base images, runtime, labels and style on the edge cases that are too many for their pages."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dagdock.examples import as_files
from dagdock.hooks import Rules
from dagdock.testing import marked

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
        "ARG A\nFROM $A\nCOPY a b\n".replace("$A", "«$A»"),
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
        "FROM a:1\nCOPY «--link» a b\nRUN --mount=type=cache,target=/x make\n",
        "FROM a:1\nCOPY «<<EOF» /x\nhi\nEOF\n",
        "FROM a:1\nONBUILD RUN «--mount=type=cache,target=/x» make\n",
        "# syntax=docker/dockerfile:1.2\nFROM a:1\nRUN --mount=type=cache,target=/x make\n",
        "# syntax=«docker/dockerfile:1.2»\nFROM a:1\nCOPY --link a b\n",
        "# syntax=docker/dockerfile:1-labs\nFROM a:1\nRUN --device=x make\n",
        "# syntax=«docker/dockerfile:1»\nFROM a:1\nRUN --device=x make\n",
        "# syntax=acme/frontend:1.0\nFROM a:1\nCOPY --link a b\n",
        "# escape=`\nFROM a:1\nCOPY «--link» a b\n",
        "FROM a:1\n# syntax=docker/dockerfile:1\nCOPY --link a b\n",
        "FROM a:1\nRUN cat <<EOF > /x\nhi\nEOF\n".replace("<<EOF", "«<<EOF»"),
        "FROM a:1\nRUN --unknown=1 make\n",
    ],
    "DF612": [
        "«FROM a:1»\nRUN b\n",
        "FROM a:1 AS b\nHEALTHCHECK NONE\nFROM b AS c\nFROM c\n",
        "RUN x\n".replace("RUN", "HEALTHCHECK CMD"),
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
    "DF616": ["EXPOSE «80:80» «0.0.0.0:80:8080/udp» 80\n", "EXPOSE $A:80 a:b http://x\n"],
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
}


def as_dockerfile(files: Files) -> dict[str, str]:
    found = as_files(files, "Dockerfile")
    if isinstance(files, str) and not files.lower().lstrip("#").lstrip().startswith(
        ("from ", "arg ", "syntax", "escape", "check")
    ):
        found = {"Dockerfile": "FROM debian:12\n" + files}
    return dict(found)


EACH = [(code, files) for code, cases in CASES.items() for files in cases]


@pytest.mark.parametrize(("code", "files"), EACH)
def test_case(code: str, files: Files) -> None:
    expected = as_dockerfile(files)
    assert marked(RULES[code], expected) == expected


def test_windows_newlines_change_nothing() -> None:
    for code, files in EACH:
        expected = {
            path: "\r\n".join(text.replace("\r", "").split("\n")) for path, text in as_dockerfile(files).items()
        }
        assert marked(RULES[code], expected) == expected
