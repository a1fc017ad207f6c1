"""Rules about layers, the build context, credentials and Airflow images, on the edge cases too many for their pages."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dagdock.examples import as_files
from dagdock.hooks import Rules
from dagdock.testing import marked

RULES = {rule.code: rule for rule in Rules(third_party=False).all()}

Files = str | Mapping[str, str]

# Without a FROM of their own they stand in a Debian image.
CASES: dict[str, list[Files]] = {
    "DF205": [
        "ARG «GIT_SHA»\nRUN apt-get update && apt-get install -y curl\nENV GIT_SHA=$GIT_SHA\n",
        "ARG «BUILD_DATE=unknown»\nCOPY package.json .\nRUN npm install\nLABEL date=$BUILD_DATE\n",
        "ARG «VCS_REF»\r\nRUN apk add --no-cache curl\r\n",
        "ARG «VERSION»\nLABEL version=$VERSION\nRUN pip install flask\n",
        "ARG «CI_COMMIT_SHA»\nCOPY . .\nRUN pip install -r requirements.txt\nRUN echo $CI_COMMIT_SHA > /rev\n",
        "ARG «BUILD_DATE=2026-01-01»\nRUN pip install flask\n",
        "ENV «BUILD_NUMBER=431»\nRUN pip install flask\n",
        "ENV A=b «GIT_COMMIT=0a1b2c3»\nRUN pip install flask\n",
        "RUN pip install flask\nENV BUILD_NUMBER=431\n",
        "ENV BUILD_NUMBER=$N\nRUN pip install flask\n",
        "ARG «VERSION»\nENV VERSION=$VERSION\nRUN pip install flask\n",
        "ARG VERSION\nENV TOOL=$VERSION\nRUN curl https://example.com/$TOOL && pip install flask\n",
        "ARG GIT_SHA\nRUN git checkout $GIT_SHA\nRUN pip install -r requirements.txt\n",
        "ARG GIT_SHA\nRUN echo $GIT_SHA && pip install -r requirements.txt\n",
        "ARG NODE_COMMIT=0a1b2c3d4e5f\nRUN pip install flask\n",
        "ARG GIT_VERSION\nRUN apt-get install -y git=$GIT_VERSION\n",
        "ARG APP_VERSION=1.2.3\nRUN pip install flask\n",
        "ARG GIT_SHA\nENV GIT_SHA=none\nRUN pip install flask\n",
        "ARG GIT_SHA\nCOPY a b\nLABEL r=$GIT_SHA\n",
        "ARG SHARE\nARG REVISIT\nARG COMMITTEE\nRUN pip install flask\n",
    ],
    "DF206": [
        "RUN apt-get update && apt-get install -y curl\nCOPY a /a\nRUN «rm -r /var/lib/apt/lists/*» && echo done\n",
        "FROM alpine:3.20\nRUN apk add curl\nRUN «rm -rf /var/cache/apk/*»\n",
        "FROM fedora:40\nRUN dnf install -y curl\nRUN «dnf clean all»\n",
        "RUN apt-get update && apt-get install -y gcc\nRUN make\nRUN «apt-get purge -y gcc»\n",
        "RUN wget -O /tmp/x.zip https://example.com/x.zip\nRUN unzip /tmp/x.zip\nRUN «rm -f /tmp/x.zip»\n",
        "COPY dist/x.tar.gz /tmp/x.tar.gz\nRUN tar xf /tmp/x.tar.gz && «rm /tmp/x.tar.gz»\n",
        "RUN apt-get update && apt-get install -y a && rm -rf /var/lib/apt/lists/*\nRUN rm -rf /var/lib/apt/lists/*\n",
        "RUN apt-get update\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
        "FROM alpine:3.20\nRUN apk add --no-cache curl\nRUN rm -rf /var/cache/apk/*\n",
        "RUN --mount=type=cache,target=/var/lib/apt apt-get update\nRUN rm -rf /var/lib/apt/lists/*\n",
        "COPY setup.sh /tmp/setup.sh\nRUN sh /tmp/setup.sh && rm /tmp/setup.sh\n",
        "RUN wget -O /tmp/x.zip https://example.com/x.zip && rm /tmp/x.zip\nRUN rm -f /tmp/x.zip\n",
        "RUN apt-get purge -y nano\n",
        "RUN if true; then rm -rf /var/lib/apt/lists/*; fi\n",
        'RUN ["rm", "-rf", "/var/lib/apt/lists"]\n',
    ],
    "DF207": [
        "FROM alpine:3.20\nRUN --mount=type=cache,target=/var/cache/apk apk add «--no-cache» curl\n",
        "RUN --mount=type=cache,target=/root/.cache pip install x && «rm -rf /root/.cache»\n",
        "USER 1000\nRUN --mount=type=cache,target=«/root/.cache/pip» pip install x\n",
        "RUN --mount=type=cache,target=«/var/cache/apt» apt-get install -y curl\n",
        "FROM python:3.12-alpine\nRUN --mount=type=cache,target=/var/cache/apt apt-get install -y curl\n",
        "RUN --mount=type=cache,target=/root/.cache/pip pip install x\n",
        "USER root\nRUN --mount=type=cache,target=/root/.cache/pip pip install x\n",
        "ARG U\nUSER $U\nRUN --mount=type=cache,target=/root/.cache/pip pip install x\n",
        "RUN --mount=type=cache,target=/root/.npm pip install --no-cache-dir x\n",
        "RUN --mount=type=cache,target=/var/cache/apt --mount=type=cache,target=/var/lib/apt "
        "rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update && apt-get install -y curl\n",
    ],
    "DF208": [
        "RUN «apt-get update» && rm -rf /tmp/x\nRUN apt-get install -y curl\n",
        "RUN sudo «apt-get -qq update»\n",
        "RUN apt-get install -y a && «apt-get update»\n",
        "FROM alpine:3.20\nRUN «apk update»\n",
        'RUN ["«apt-get", "update»"]\n',
        "RUN <<EOF\n«apt-get update»\nEOF\n",
        "RUN apt-get update && apt-get upgrade -y\n",
        "RUN apt-get update && apt-get install -y a\n",
        "RUN apt-get update; sh install.sh\n",
        "RUN apt-get update && curl x | bash\n",
        "RUN echo apt-get update\n",
        "RUN yum update -y\n",
        "RUN update-ca-certificates\n",
        "RUN if true; then apt-get update; fi\n",
        "RUN apt-get update && $INSTALL\n",
    ],
    "DF209": [
        "RUN «useradd -m --uid=123456» x\n",
        "RUN sudo «useradd -u 9999999» x\n",
        'RUN ["useradd", "-u", "1000", "x"]\n',
        "RUN useradd -lu 1234567 x\n",
        "RUN useradd --no-log-init -u 1234567 x\n",
        "RUN useradd -u $ID x\n",
        "RUN adduser -u 1234567 x\n",
        "RUN echo useradd -u 1234567\n",
    ],
    "DF210": [
        "«COPY a.tgz /x/»\nWORKDIR /x\nRUN tar zxf a.tgz\n",
        "«COPY a.tar.xz /x/b.tar»\nRUN tar -C / --extract --file=/x/b.tar\n",
        "FROM a AS b\nFROM c\nCOPY --from=b a.tar /x/\nRUN tar xf /x/a.tar\n",
        "COPY a.tar /x/\nRUN tar tf /x/a.tar\n",
        "COPY a.tar /x/\nRUN tar cf /x/a.tar /y\n",
        "COPY a.tar.gz /x/\nRUN tar xzf /x/a.tar.gz --strip-components=1\n",
        "COPY a.gz /x/\nRUN gunzip /x/a.gz\n",
        "RUN tar xf /x/a.tar\nCOPY a.tar /x/\n",
        "COPY a.tar /x/\nFROM b\nRUN tar xf /x/a.tar\n",
    ],
    "DF211": [
        "RUN a\n# why\n«RUN» b\n",
        "RUN --network=none a\n«RUN» --network=none b\n",
        "ONBUILD RUN a\nONBUILD «RUN» b\n",
        "RUN if [ -f x ]; then a; fi\n«RUN» b\n",
        "RUN a\nENV X=1\nRUN b\n",
        "RUN a && b\nRUN c\n",
        "RUN a\nFROM b\nRUN c\n",
    ],
    "DF212": [
        "COPY --chmod=755 a /app\nRUN «chown -R 1000:1000 /app»\n",
        "WORKDIR /app\nCOPY . .\nRUN «chmod -R 755 .»\n",
        "COPY a /app/a\nRUN x && «chown --recursive me: /app»\n",
        "COPY --chown=me a /app\nRUN chown -R me /app\n",
        "COPY a /app\nRUN chown me /app/a\n",
        "COPY a /app\nRUN chmod -R u+x /app\n",
        "COPY a /app\nRUN chown -R $USER /app\n",
        "COPY a /app\nRUN chown -R me /data\n",
        "COPY a /app\nRUN chown -R me /\n",
        "COPY a /app\nRUN chown -R me /app\nFROM b\n",
        "RUN chown -R me /app\nCOPY a /app\n",
    ],
    "DF213": [
        "FROM node:22 AS b\nRUN «npm ci»\nFROM c\nCOPY --from=b /x /x\n",
        "FROM node:22 AS b\nUSER node\nRUN npm ci\nFROM c\nCOPY --from=b /x /x\n",
        "FROM python AS b\nRUN pip install --no-cache-dir x\nFROM c\nCOPY --from=b /x /x\n",
        "FROM node:22\nRUN npm ci\n",
        "FROM debian AS b\nRUN apt-get install -y gcc\nFROM c\nCOPY --from=b /x /x\n",
    ],
    "DF214": [
        "RUN cd /x && «git clone https://github.com/a/b»\n",
        "RUN «git clone -b main --depth=1 https://github.com/a/b» /b\n",
        "RUN wget -q «https://raw.githubusercontent.com/a/b/master/install.sh»\n",
        "RUN git clone -b v1.2 https://github.com/a/b\n",
        "RUN git clone https://github.com/a/b && cd b && git reset --hard abc\n",
        "RUN git clone https://github.com/a/b\nRUN cd b && git checkout $REV\n",
        "RUN git clone $REPO\n",
        "RUN git clone https://github.com/a/b -b $TAG\n",
        "RUN curl -fO https://example.com/$VERSION/latest/x\n",
        "RUN echo git clone https://github.com/a/b\n",
    ],
    "DF215": [
        "RUN «git clone» https://github.com/a/b /b && make -C /b\n",
        "RUN git clone --depth=1 https://github.com/a/b\n",
        "RUN git clone https://github.com/a/b && rm -rf b/.git\n",
        "RUN git clone https://github.com/a/b /tmp/b && rm -rf /tmp/*\n",
        "RUN git clone https://github.com/a/b /src/b && rm -r /src\n",
        "FROM a\nRUN git clone https://github.com/a/b\nFROM c\n",
        "RUN git clone $OPTIONS https://github.com/a/b\n",
    ],
    "DF216": [
        "COPY a.txt ./\n«COPY b.txt c.txt ./»\n",
        "COPY --chown=me a.txt /x/\n«COPY --chown=me b.txt /x/»\n",
        "COPY --chown=me a.txt /x/\nCOPY b.txt /x/\n",
        "COPY a.txt /x/\nCOPY b.txt /y/\n",
        "COPY a.txt /x\nCOPY b.txt /x\n",
        "COPY a /x/\nCOPY b /x/\n",
        "COPY *.txt /x/\nCOPY b.txt /x/\n",
        "COPY a.txt /x/\n\nRUN y\nCOPY b.txt /x/\n",
    ],
    "DF217": [
        "FROM a:1 AS «assets»\nRUN x\nFROM b:1\nRUN y\n",
        "FROM a:1 AS «Assets»\nRUN x\nFROM b:1\nRUN y\n",
        "FROM a:1 AS app-linux\nRUN x\nFROM app-$TARGETOS\n",
        "FROM a:1 AS assets\nRUN x\nFROM b:1\nRUN --mount=from=assets y\n",
        "FROM a:1 AS assets\nRUN x\nFROM b:1\nCOPY --from=0 /x /x\n",
        "FROM a:1 AS assets\nFROM b:1\nRUN x\n",
        "FROM a:1 AS unit-test\nRUN x\nFROM b:1\n",
        {"Dockerfile": "FROM a:1 AS assets\nRUN x\nFROM b:1\n", "Makefile": "a:\n\tdocker build --target assets .\n"},
    ],
    "DF218": [
        "ARG «A»\n",
        "ARG «A» «B=1»\nRUN apt-get update\n",
        "ARG «V=1»\nFROM a\nARG X\nRUN make X=$X\n",
        "ARG A\nENV B=$A\n",
        "ARG A\nRUN make\n",
        "ARG A\nRUN sed s/x/$A/ y\n",
        "ARG A\nLABEL a=${A:-x}\n",
        "ARG V\nFROM a:$V\n",
        "ARG V\nFROM a\nARG V\nRUN echo $V\n",
        "FROM a AS b\nARG A\nFROM b\nRUN echo $A\n",
        "ARG TARGETARCH\nARG http_proxy\nARG CACHEBUST\nRUN apt-get update\n",
        "ONBUILD ARG A\n",
    ],
    "DF219": [
        "ARG A\nENV «A=1» B=2\n",
        "ARG A=1\nLABEL x=y\nENV «A=2»\n",
        "ARG A\nENV A=$A\n",
        "ARG A\nENV A=x-${A}\n",
        "ARG A\nRUN x\nENV A=1\n",
        "ARG A\nWORKDIR $A\nENV A=1\n",
        "ENV A=1\nENV A=2\n",
        "ARG A\nFROM b\nENV A=1\n",
        "ENV A=1\nARG A\n",
    ],
    "DF220": [
        "ENV A=1\nRUN x; «unset A»\n",
        "ENV A=1\nRUN unset A; x\n",
        "RUN unset A\n",
        "ARG A=1\nRUN unset A\n",
        "ENV A=1\nRUN A=2; if x; then unset A; fi\n",
    ],
    "DF221": [
        "RUN «useradd --uid=${ID}» x\n",
        "RUN «useradd -u $(id)» x\n",
        "RUN useradd -l -u $ID x\n",
        "RUN useradd $ID\n",
    ],
    "DF506": [
        "COPY a b «c»\n",
        'COPY ["a", "b", «"c"»]\n',
        "ADD --chown=x a b «c»\n",
        "COPY <<A <<B «c»\nA\nB\n",
        "COPY a b c/\n",
        "COPY a b ..\n",
        "COPY a b x/.\n",
        "COPY a b $C\n",
        "COPY --from=x a c\n",
        "FROM windows\nCOPY a b c:\\\\\n",
    ],
    "DF507": [
        "COPY a b\n",
        "FROM node:22 AS x\nFROM x\nADD a «./»\n",
        "FROM acme/own:1\nCOPY a .\n",
        "FROM scratch\nADD a b/\n",
        "FROM a AS x\nWORKDIR /x\nFROM x\nCOPY a .\n",
        "WORKDIR x\nCOPY a .\n",
        "COPY a /b\n",
        "COPY a c:/b\n",
        "COPY a ${B}\n",
    ],
    "DF518": [
        "FROM acme/own:1\nCOPY a «.»\n",
        "FROM scratch\nADD a «./»\n",
        "COPY a «b»\n",
        "FROM acme/own:1\nWORKDIR x\nCOPY a .\n",
    ],
    "DF510": [
        "WORKDIR «./app»\n",
        'WORKDIR «"app"»\n',
        "WORKDIR «a»\nWORKDIR «b»\n",
        "WORKDIR /a\nWORKDIR b\n",
        "WORKDIR $A\nWORKDIR b\n",
        "WORKDIR c:\\app\n",
        "WORKDIR C:/app\n",
        "FROM a AS x\nWORKDIR /x\nFROM x\nWORKDIR y\n",
    ],
    "DF511": [
        "WORKDIR «/proc»\n",
        "WORKDIR «/etc/»\nRUN a\n",
        "WORKDIR «/sys/x»\n",
        "WORKDIR /usr/local/app\n",
        "WORKDIR /development\n",
        "WORKDIR /etc/$X\n",
    ],
    "DF513": [
        "ADD «../a» «./../b» c /d/\n",
        "COPY «a/../../b» /c\n",
        "COPY a/../b /c\n",
        "COPY ..a /c\n",
        "ADD https://example.com/../x /c\n",
        "COPY $X/../.. /c\n",
    ],
    "DF514": [
        {".dockerignore": "«*.log»\n", "a/b/x.log": "", "Dockerfile": "FROM a\n"},
        {".dockerignore": "«!a»\n", "Dockerfile": "FROM a\n"},
        {".dockerignore": "*\n«!a»\na\n", "Dockerfile": "FROM a\n"},
        {".dockerignore": "*.log\n", "x.log": "", "a/x.log": "", "Dockerfile": "FROM a\n"},
        {".dockerignore": "*.log\n", "Dockerfile": "FROM a\n"},
        {".dockerignore": "Makefile\nDockerfile\n", "a/b/Makefile": "", "a/b/Dockerfile": "FROM a\n"},
        {".dockerignore": "a\n*.log\n", "a/x.log": "", "Dockerfile": "FROM a\n"},
        {".dockerignore": "*\n!a\n!b/**\n", "Dockerfile": "FROM a\n"},
        {".dockerignore": "*.md\n!README.md\nREADME.md\n!README.md\n", "Dockerfile": "FROM a\n"},
        {".dockerignore": "", "Dockerfile": "FROM a\n"},
    ],
    "DF515": [
        {"Dockerfile": "FROM node\nRUN «yarn install»\nCMD node a\n", "package.json": '{"devDependencies": {}}'},
        "FROM python\nRUN «pip install» -r requirements/dev.txt\n",
        {"Dockerfile": "FROM node\nRUN npm ci\n", "package.json": "{}"},
        {"Dockerfile": "FROM node\nENV NODE_ENV=production\nRUN npm ci\n", "package.json": '{"devDependencies": {}}'},
        {"Dockerfile": "FROM node\nRUN npm ci --omit=dev\n", "package.json": '{"devDependencies": {}}'},
        {"Dockerfile": "FROM node\nRUN npm ci\nCMD npm run dev\n", "package.json": '{"devDependencies": {}}'},
        {"Dockerfile": 'FROM node\nRUN npm ci\nCMD ["npm", "run", "dev"]\n', "package.json": '{"devDependencies": {}}'},
        {"Dockerfile.dev": "FROM node\nRUN npm ci\n", "package.json": '{"devDependencies": {}}'},
        "FROM node\nRUN npm ci\n",
        "FROM python\nRUN pip install -r requirements.txt\n",
    ],
    "DF516": [
        "FROM node\nRUN apk add «python3-dev» make g++\nCOPY . .\nRUN npm ci\n",
        "RUN apt-get install -y «build-essential» && pip install x && rm -rf /var/lib/apt/lists/*\nCOPY . .\n",
        "RUN apt-get install -y gcc && pip install x && apt-get purge -y gcc\n",
        "RUN apt-get install -y libpq-dev && pip install x\n",
        "RUN apt-get install -y gcc\n",
        "FROM a AS b\nRUN apt-get install -y gcc && make\nFROM c\n",
        {".devcontainer/Dockerfile": "FROM a\nRUN apt-get install -y gcc && pip install x\n"},
    ],
    "DF517": [
        "WORKDIR /a\nWORKDIR «b»\n",
        "WORKDIR b\n",
        "WORKDIR /a\nWORKDIR $B\n",
    ],
    "DF704": [
        "RUN «aws configure set aws_access_key_id AKIAX» && aws s3 ls\n",
        "RUN «gcloud auth activate-service-account --key-file=/k.json»\n",
        "RUN «az login --service-principal -u x -p $P --tenant t»\n",
        "RUN «npm config set //registry.npmjs.org/:_authToken=$T»\n",
        "RUN aws configure set region x\n",
        "RUN --mount=type=secret,id=p docker login -u x -p $(cat /run/secrets/p)\n",
        "RUN docker login -u x --password-stdin < /p\n",
        "RUN echo az login -p x\n",
    ],
    "DF705": [
        "COPY k.json /k/\nENV GOOGLE_APPLICATION_CREDENTIALS=/run/secrets/k\n",
        "COPY k /k\nENV OTHER=/k\n",
        "ENV KUBECONFIG=$X\n",
        {"Dockerfile": "FROM a\nWORKDIR /k\nCOPY . .\nENV «KUBECONFIG=/k/kube.yaml»\n", "kube.yaml": ""},
        {"Dockerfile": "FROM a AS b\nCOPY k /k\nENV KUBECONFIG=/k\nFROM c\n", "k": ""},
    ],
    "DF706": [
        """ENV «AIRFLOW_CONN_A='{"password": "pUq82_x1"}'» B=1\n""",
        """ENV AIRFLOW_CONN_A='{"password": "$P"}'\n""",
        """ENV AIRFLOW_CONN_A='{"password": "changeme"}'\n""",
        "ENV AIRFLOW_CONN_A=postgres://u:p4ssw0rdX@h/d\n",
        "ENV AIRFLOW_CONN_A=http://h\n",
    ],
    "DF391": [
        "FROM apache/airflow:slim-2.10.0\nUSER 0\nRUN «python -m pip install» x\n".replace(
            "«python -m ", "python -m «"
        ),
        "FROM apache/airflow\nUSER root\nRUN apt-get update && «pip install» x\n",
        "FROM apache/airflow:2.9.0 AS base\nUSER root\nFROM base\nRUN «pip install» x\n",
        "FROM apache/airflow:2.9.0\nRUN pip install x\n",
        "FROM apache/airflow:2.3.0\nUSER root\nRUN pip install x\n",
        "FROM apache/airflow:1.10.15\nUSER root\nRUN pip install x\n",
        "FROM apache/airflow:2.9.0\nUSER root\nRUN su airflow -c 'pip install x'\n",
        "FROM apache/airflow:2.9.0\nUSER root\nRUN sudo -u airflow pip install x\n",
        "FROM apache/airflow:2.9.0\nUSER $X\nRUN pip install x\n",
        "FROM python:3.12\nUSER root\nRUN pip install x\n",
    ],
    "DF393": [
        "RUN «airflow db init» || true\n",
        "ENV AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=$X\nRUN «airflow db migrate»\n",
        "RUN airflow db check\n",
        "RUN echo airflow db init\n",
        "CMD airflow db migrate && airflow scheduler\n",
    ],
    "DF394": [
        "ENV A=1 «_PIP_ADDITIONAL_REQUIREMENTS=pandas»\n",
        "ENV _PIP_ADDITIONAL_REQUIREMENTS=$X\n",
        "ARG _PIP_ADDITIONAL_REQUIREMENTS=pandas\n",
    ],
    "DF395": [
        "FROM apache/airflow:2.9.0\nCOPY ./dags «/opt/airflow/dag»\n",
        "FROM apache/airflow:2.9.0\nENV AIRFLOW_HOME=/a\nCOPY dags «/opt/airflow/dags»\n",
        "FROM apache/airflow:2.9.0\nCOPY dags /opt/airflow/dags/shop\n",
        "FROM apache/airflow:2.9.0\nCOPY dags dags\n",
        "FROM apache/airflow:2.9.0\nCOPY plugins /opt/airflow/plugins\n",
        "FROM acme/airflow:1\nCOPY dags /x\n",
    ],
}


def as_dockerfile(files: Files) -> dict[str, str]:
    found = as_files(files, "Dockerfile")
    if isinstance(files, str) and "FROM " not in files:
        found = {"Dockerfile": "FROM debian:12\n" + files}
    return dict(found)


@pytest.mark.parametrize(("code", "files"), [(code, files) for code, cases in CASES.items() for files in cases])
def test_case(code: str, files: Files) -> None:
    expected = as_dockerfile(files)
    assert marked(RULES[code], expected) == expected


def test_windows_newlines_change_nothing() -> None:
    for code, cases in CASES.items():
        for files in cases:
            texts = as_dockerfile(files)
            expected = {path: "".join(f"{line}\r\n" for line in text.splitlines()) for path, text in texts.items()}
            assert marked(RULES[code], expected) == expected, (code, files)


@pytest.mark.parametrize(
    "files",
    [
        {
            "compose.yaml": "services:\n  a:\n    build: {context: «./web», dockerfile: ../api/Dockerfile}\n",
            "api/Dockerfile": "FROM a\nCOPY main.py lib /x/\n",
            "api/main.py": "",
            "api/lib/x.py": "",
            "web/index.html": "",
        },
        {
            "compose.yaml": "services:\n  a:\n    build: api\n",
            "api/Dockerfile": "FROM a\nCOPY main.py nowhere.py /x/\n",
            "api/main.py": "",
            "nowhere.py": "",
        },
        {
            "compose.yaml": "services:\n  a:\n    build: {context: ., dockerfile: api/Dockerfile}\n",
            "api/Dockerfile": "FROM a\nCOPY . /x/\n",
            "api/main.py": "",
        },
        {
            "compose.yaml": "services:\n  a:\n    build: {context: ., dockerfile: api/Dockerfile}\n",
            "api/Dockerfile": "FROM a\nCOPY made.jar /x/\n",
        },
    ],
)
def test_compose_context(files: dict[str, str]) -> None:
    assert marked(RULES["PJ150"], files) == files
