"""Rules on package managers (DF3) and on what a RUN does (DF4), on the edge cases that are too many for their pages.

Each case marks what must be flagged; without a FROM of its own it stands in a Debian image.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.examples import as_files, unmark
from dagdock.hooks import Rules
from dagdock.mend import Mending
from dagdock.selection import Choice
from dagdock.testing import marked

ALL = Rules(third_party=False)
RULES = {rule.code: rule for kind in ("dockerfile", "project") for rule in ALL.of_kind(kind)}
OURS = [rule for code, rule in RULES.items() if code.startswith(("DF3", "DF4"))]

Files = str | Mapping[str, str]

CASES: dict[str, list[Files]] = {
    "DF304": [
        "RUN apt-get install -y «curl» git=1:2.39\n",
        "ONBUILD RUN apt-get update && apt-get install «python»\n",
        "RUN <<EOF\napt-get update\napt-get install -y «curl»\nEOF\n",
        "RUN apt-get install -y \\\n    # a comment\n    a=1 \\\n\n    «b» \\\n    c\n",
        "RUN sudo apt-get -qq install -y «curl»\n",
        'RUN ["apt-get", "install", "«curl»"]\n',
        'RUN sh -c "apt-get install -y «curl»"\n',
        "ENV P='curl git=1'\nRUN apt-get install -y «$P»\n",
        'RUN P=curl; apt-get install -y «"$P"»\n',
        "RUN aptitude install -y «curl»\n",
        "ARG V=8\nRUN apt-get install -y «php${V}-fpm»\n",
        "RUN apt-get install -y curl=8.* nginx/bookworm-backports ./x.deb /tmp/*.deb\n",
        "RUN apt-get install -y -t bookworm-backports -o A::B=c git=1\n",
        "RUN V=1.2; apt-get install -y curl=$V 'git=1' \"vim=$V\"\n",
        'RUN P="curl=1 git=2"; apt-get install -y $P\n',
        "RUN apt-get install -y $(cat packages.txt)\n",
        "RUN for p in a b; do apt-get install -y «$p»; done\n",
        "RUN for p in a b $(ls); do apt-get install -y $p; done\n",
        "ARG P\nRUN apt-get install -y $P\n",
        "RUN apt-get install -y nginx- \n",
        "RUN xargs apt-get install -y < list\n",
        "RUN apt-get install\n",
        "RUN apt-get install -y \\\n",
        "RUN echo apt-get install curl\n",
        'SHELL ["powershell", "-Command"]\nRUN apt-get install curl\n',
    ],
    "DF305": [
        "RUN apk add «curl»\n",
        "RUN apk --no-cache add -U «curl» git~2.4\n",
        "RUN apk add --virtual=.deps «gcc»\n",
        "RUN apk add -X https://example.com/edge/testing «flow@edge»\n",
        "RUN apk add .deps!x 'a=1' \"b>=2\" c=~3 'd<4' tool.apk /tmp/other.apk\n",
        "RUN apk add --no-cache --repository https://example.com/edge a=1\n",
    ],
    "DF306": [
        "RUN pip2 install MySQL_python\n",
        "RUN pip3.12 install «pip» setuptools\n",
        "RUN python3 -m pip install --no-cache-dir «flask[async]» \n",
        "RUN pipx install «black»\n",
        "RUN pipx install --python python3.12 «black»\n",
        "RUN uv pip install --system «flask»\n",
        "RUN pip install --index-url https://a.example.com --trusted-host b «flask»\n",
        "RUN pip install «git+https://github.com/x/y»\n",
        "RUN pip install «flask» -i https://a.example.com/simple\n",
        "RUN . /venv/bin/activate && pip install «flask»\n",
        "RUN pip install --root-user-action ignore «flask»\n",
        "RUN pip install \\\n      # the framework\n      «flask» \\\n      gunicorn\n",
        "RUN pip install flask==3 'a>=1' \"b~=2\" c===1 'd!=2' 'e<3'\n",
        "RUN pip install git+https://github.com/x/y@v1 git+ssh://git@github.com/x/y.git@0123abc\n",
        "RUN pip install mypkg.whl x.tar.gz foo/bar . .[dev] /src https://example.com/a.zip\n",
        "RUN pip install 'flask @ https://example.com/flask.whl'\n",
        "RUN pip install -r requirements.txt flask\n",
        "RUN pip install -c constraints.txt flask\n",
        "ENV PIP_CONSTRAINT=/c.txt\nRUN pip install flask\n",
        "RUN pip install -e .\n",
        "RUN pip install $PACKAGES\n",
        "RUN pip install flask==$VERSION\n",
        "RUN pipenv install flask\n",
        "RUN pip install --help\n",
        "RUN pip download flask\n",
    ],
    "DF307": [
        "RUN npm install «express» sax@0.1.1\n",
        "RUN npm i -g «@vue/cli»\n",
        "RUN npm install --save-dev «@myorg/privatepackage»\n",
        "RUN npm install «git+https://isaacs@github.com/npm/npm.git»\n",
        "RUN yarn add «express»\n",
        "RUN pnpm add -g «serve»\n",
        "RUN bun add «hono»\n",
        "RUN npm install && npm ci && npm run install x\n",
        'RUN npm install @myorg/private@">=0.1.0 <0.2.0" express@"4"\n',
        "RUN npm install --registry https://example.com --loglevel verbose sax@0.1.1\n",
        "RUN npm install package-v1.2.3.tgz /folder ./folder ~/folder ../x . x.tar.gz\n",
        "RUN npm install git+ssh://git@github.com:npm/npm.git#v1.0.27 user/repo#v1\n",
        "RUN npm install -g npm@latest $EXTRA\n",
    ],
    "DF308": [
        "RUN gem i «bundler»\n",
        "RUN gem install bundler:1 «nokogiri»\n",
        "RUN gem install «nokogiri» -- --use-system-libraries\n",
        "RUN gem install bundler -v '2.0.1'\n",
        "RUN gem install bundler --version='2.0.1'\n",
        "RUN gem install bundler:2.0.1 -- --use-system-libraries true\n",
        "RUN gem install ./x.gem && gem update --system\n",
    ],
    "DF309": [
        "FROM golang:1.23\nRUN go get -u «example.com/pkg»\n",
        "FROM golang:1.23\nRUN go install -v «example.com/pkg@latest» && go version\n",
        "FROM golang:1.23\nCOPY . .\nRUN go install «example.com/pkg@latest»\n",
        "FROM golang:1.23\nRUN CGO_ENABLED=0 go install -ldflags '-s -w' «example.com/pkg»\n",
        "FROM golang:1.23\nRUN go install . ./... /go/x ../y main.go && go run make.go\n",
        "FROM golang:1.23\nRUN go run example.com/pkg@v1.2.3 --foo bar && ls x\n",
        "FROM golang:1.23\nCOPY go.mod .\nRUN go install example.com/pkg/cmd/x\n",
        "FROM golang:1.23\nARG V=v1.2\nRUN go install example.com/pkg@$V example.com/other@${W}\n",
    ],
    "DF310": [
        "FROM centos:7\nRUN yum -y install «httpd» rpm-sign-4.16.1.3\n",
        "FROM centos:7\nRUN yum module install -y «tomcat»\n",
        "FROM fedora:40 AS build\nENV v=2.51\nFROM fedora:40\nRUN yum -y install «git-core-${v}»\n",
        "FROM centos:7\nRUN yum install -y openssl-1:1.1.1k gcc-c++-1.1.1 https://x.example.com/y.rpm /usr/bin/x\n",
        "FROM centos:7\nARG v=2.51.0-2\nRUN yum -y install git-core-$v 'yum-command(x)'\n",
        "FROM centos:7\nRUN yum groupinstall -y 'Development Tools' && yum update -y\n",
    ],
    "DF311": [
        "RUN dnf install -y «tomcat» && microdnf in -y x\n",
        "RUN tdnf install -y «tar»\n",
        "RUN notdnf install tomcat && dnf group install -y 'Dev Tools' && dnf module install -y tomcat:9\n",
    ],
    "DF312": [
        "RUN zypper in -y «tomcat»\n",
        "RUN zypper install -y tomcat\\>=9.0 'a<1' b=2 x.rpm && zypper in -t pattern devel\n",
    ],
    "DF313": [
        "RUN «yum install» httpd\n",
        "RUN «yum groupinstall» 'Development Tools' && yum clean all\n",
        "RUN «yum -q localinstall» foo.rpm\n",
        "ONBUILD RUN «yum update»\n",
        "RUN yum -qy install httpd && yum --assumeyes update && yes | yum install x && yum makecache\n",
        "RUN yum install $OPTIONS httpd\n",
    ],
    "DF314": [
        "RUN «dnf install» httpd && microdnf remove x\n",
        "RUN dnf -y install httpd && dnf5 install --assumeyes x && notdnf install y\n",
    ],
    "DF315": [
        "RUN «zypper in» httpd\n",
        "RUN «zypper patch»\n",
        "RUN zypper -n in httpd && zypper rm -y x && zypper -n dup && zypper install -n y && zypper ref\n",
    ],
    "DF316": [
        "RUN «apt-get -y install» curl\n",
        "RUN «apt install» -y curl && apt-get install -y --no-install-recommends git\n",
        "RUN «apt-get install» -y -o APT::Install-Recommends=true curl\n",
        "RUN apt-get install -y -o APT::Install-Recommends=false curl\n",
        'RUN apt-get install -y -o "APT::Install-Recommends=0" curl\n',
        "RUN apt-get install --install-recommends curl\n",
        'COPY <<EOF /etc/apt/apt.conf.d/no\nAPT::Install-Recommends "false";\nEOF\nRUN apt-get install -y curl\n',
        "RUN apt-get install && apt-get build-dep x\n",
    ],
    "DF317": [
        "FROM alpine:3.20\nRUN «apk add» -U curl=7.77.0\n",
        "FROM alpine:3.20\nRUN --mount=type=cache,target=/var/cache/foo «apk add» curl\n",
        "FROM alpine:3.20\nRUN apk add --no-cache a && «apk add» b\n",
        "FROM alpine:3.20\nRUN apk update && apk upgrade && «apk add» b\n",
        "FROM alpine:3.20\nRUN --mount=type=tmpfs,target=/var/cache/apk apk add -U curl\n",
        "FROM alpine:3.20\nRUN apk add a && rm -rf /var/cache/apk\n",
        "FROM alpine:3.20\nRUN apk --no-cache add a && apk add --no-cache b\n",
        "FROM alpine:3.20 AS build\nRUN apk add gcc\nFROM alpine:3.20\nCOPY --from=build /a /a\n",
    ],
    "DF318": [
        "FROM centos:7\nRUN yum clean all && «yum install» -y x\n",
        "FROM centos:7\nRUN yum install -y x && yum clean all\n",
        "FROM centos:7\nRUN yum install -y x && rm -rf /var/cache/yum/*\n",
        "FROM centos:7\nRUN yum install -y x && rm -rf /var/cache/* /tmp/*\n",
    ],
    "DF319": [
        "FROM fedora:40\nRUN «dnf -y upgrade-minimal»\n",
        "FROM fedora:40\nRUN «dnf install» -y x && microdnf clean all\n",
        "FROM fedora:40\nRUN rm -rf /var/cache/libdnf5 && «microdnf install» -y x\n",
        "FROM fedora:40\nRUN dnf rei -y x && dnf clean all\n",
        "FROM fedora:40\nRUN --mount=type=tmpfs,target=/var/cache/libdnf5 dnf in -y x\n",
    ],
    "DF320": [
        "FROM opensuse/leap:15\nRUN zypper clean && «zypper in» -y x\n",
        "FROM opensuse/leap:15\nRUN zypper in -y x && zypper cc --all\n",
    ],
    "DF321": [
        "FROM node:22\nRUN «yarn» --frozen-lockfile\n",
        "FROM node:22\nRUN --mount=type=cache,target=/var/lib/foobar «yarn install» foobar\n",
        "FROM node:22\nRUN yarn build && yarn cache clean\n",
        "FROM node:22\nRUN yarn install && rm -rf /usr/local/share/.cache/yarn\n",
        "FROM node:22\nCOPY .yarn .yarn\nRUN yarn install --immutable\n",
    ],
    "DF322": [
        "RUN «apt» update && apt-get install -y x\n",
        "RUN «apt» list --installed\n",
        "RUN apt-get install -y apt && echo apt && apt-cache show x && # apt\n",
    ],
    "DF323": [
        "RUN «apt-get upgrade» -y && «zypper dup»\n",
        "FROM alpine:3.20\nRUN «apk upgrade» --no-cache\n",
        "RUN yum update -y openssl && pip install --upgrade pip && npm update\n",
    ],
    "DF324": [
        "FROM alpine:3.20\nRUN apk add --no-cache «--allow-untrusted» /tmp/glibc.apk\n",
        "RUN apt-get install -y «--force-yes» x\n",
        "RUN rpm -i «--nosignature» x.rpm && yum-config-manager «--setopt=sslverify=0» --save\n",
        "RUN echo «'deb [trusted=yes] https://x.example.com ./'» > /etc/apt/sources.list.d/x.list\n",
        "RUN echo --nogpgcheck && yum install -y x\n",
    ],
    "DF325": [
        "RUN curl «-sSLk» https://example.com/x -o x\n",
        "RUN wget «--no-check-certificate» https://example.com/x\n",
        "RUN git -c «http.sslVerify=false» clone https://example.com/x && git config --global «http.sslverify» false\n",
        "RUN yarn config set «strict-ssl» false && npm install «--strict-ssl=false»\n",
        "RUN «PYTHONHTTPSVERIFY=0» python x.py && export «GIT_SSL_NO_VERIFY=true» && git fetch\n",
        "ENV A=1 «GIT_SSL_NO_VERIFY=1»\nARG «PIP_TRUSTED_HOST=pypi.org»\n",
        "RUN pip install «--trusted-host=pypi.org» x==1\n",
        "RUN curl -o k https://example.com/k && curl -fk https://127.0.0.1/health && wget -k https://example.com\n",
        "ENV GIT_SSL_NO_VERIFY= NODE_TLS_REJECT_UNAUTHORIZED=1 PIP_TRUSTED_HOST=\n",
        "RUN npm config set strict-ssl true && git config http.sslVerify true\n",
        "RUN curl -H 'X: -k' https://example.com/x\n",
    ],
    "DF326": [
        "RUN «npm ci» && «yarn install»\n",
        "RUN npm config set ignore-scripts true && npm ci\n",
    ],
    "DF327": [
        "RUN apt-get install -y \\\n  a \\\n  «c» \\\n  b\n",
        "RUN apt-get install -y --no-install-recommends \\\n  a \\\n  B \\\n  c && true\n",
        "RUN apt-get install -y b a\n",
        "RUN apt-get install -y \\\n  b a \\\n  c\n",
    ],
    "DF328": [
        "FROM node:22\nWORKDIR /a\nCOPY package.json package-lock.json ./\nRUN «npm i» --omit=dev\n",
        {
            "Dockerfile": "FROM node:22\nWORKDIR /a\nCOPY package*.json ./\nRUN «npm install»\n",
            "package.json": "{}",
            "package-lock.json": "{}",
        },
        {
            "Dockerfile": "FROM node:22\nWORKDIR /a\nCOPY package*.json ./\nRUN npm install\n",
            "package.json": "{}",
        },
        "FROM ruby:3.3\nWORKDIR /a\nCOPY Gemfile Gemfile.lock ./\nRUN «bundle install»\n",
        "FROM ruby:3.3\nCOPY Gemfile Gemfile.lock ./\nRUN bundle config set frozen true && bundle install\n",
        "FROM node:22\nWORKDIR /a\nCOPY package.json yarn.lock ./\nRUN yarn --frozen-lockfile && npm install -g x@1\n",
        "FROM node:22\nWORKDIR /a\nCOPY package.json package-lock.json ./\nRUN rm package-lock.json && npm install\n",
        "FROM node:22\nWORKDIR /a\nCOPY package.json package-lock.json ./\nRUN cd b && npm install\n",
    ],
    "DF329": [
        "RUN «apt-key» adv --keyserver x --recv-keys y\n",
        "RUN apt-key list && echo apt-key add\n",
    ],
    "DF331": [
        "FROM python:3.12\nRUN «pip install» --user x==1\nRUN useradd app\nUSER app\n",
        "FROM python:3.12\nRUN «pipx install» x==1\nUSER 1000\n",
        "FROM python:3.12\nRUN pip install --user x==1\nUSER root\n",
        "FROM python:3.12\nENV PIPX_HOME=/opt/pipx\nRUN pipx install x==1\nUSER 1000\n",
        "FROM ghcr.io/x/y:1\nRUN pip install --user x==1\nUSER app\n",
    ],
    "DF404": [
        "RUN «cd /app» && make && make install\n",
        "RUN «cd app»; make\n",
        "RUN <<EOF\n«cd /app»\nmake\nEOF\n",
        "ONBUILD RUN «cd /app» && make\n",
        "RUN cd /app\n",
        "RUN cd /tmp/x && make\n",
        "RUN cd $HOME && make\n",
        "ENV APP=/app\nRUN «cd $APP» && make\n",
        "RUN cd /src && make && cd .. && rm -rf /src\n",
        "RUN cd /src && make && rm -rf /src\n",
        "RUN (cd /src && make) && ls\n",
        'RUN cd "$(mktemp -d)" && make\n',
    ],
    "DF405": [
        "RUN a && «sudo» -E b && sudo c\n",
        "RUN «/usr/bin/sudo» -u app b\n",
        "USER app\nRUN «sudo» apt-get update\n",
        "RUN apt-get install sudo && echo sudo && usermod -aG sudo app\n",
    ],
    "DF406": [
        "RUN a && «shutdown» -h now\n",
        "RUN «ssh» host ls\n",
        "RUN «mount» -a\n",
        "RUN apt-get install -y ssh vim procps && which top && vim +PlugInstall +qall\n",
        "RUN x & sleep 1; kill $!\n",
        "RUN ps aux | grep x\n",
        "RUN service nginx start && curl http://localhost && service nginx stop\n",
    ],
    "DF407": [
        "RUN wget a && «curl» b && wget c\nRUN echo\nRUN wget d\n",
        "ONBUILD RUN wget a\nRUN «curl» b\n",
        "RUN apt-get install -y curl wget && curl a && echo wget\n",
    ],
    "DF408": [
        "FROM node\nRUN «wget» my.xyz && wget other.xyz\n",
        "RUN «wget» ${MIRROR}/x.zip\n",
        "RUN wget -nv a && wget -qO- b && wget --progress=bar:force c && wget -O d e -o log && wget f 2>/dev/null\n",
        "FROM node:22-alpine\nRUN wget a\n",
        "FROM node:22-alpine\nRUN apk add wget && «wget» a\n",
        "RUN wget $OPTIONS https://example.com/a\n",
    ],
    "DF432": ["FROM node:22-alpine\nRUN «wget» a\n"],
    "DF409": [
        "RUN «wget -O - https://some.site | wc -l > /number»\n",
        'SHELL ["/bin/bash", "-c"]\nRUN «curl -f https://some.site | sh»\n',
        'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN a | b\nSHELL ["/bin/sh", "-c"]\nRUN «a | b»\n',
        "RUN <<EOF bash\n«curl -f x | sh»\nEOF\n",
        "RUN x=$(«curl -f x | jq .y») && echo $x\n",
        "RUN \\\n  # why\n  «curl -f x \\\n  | sh» && true\n",
        'SHELL ["/bin/bash", "-eo", "pipefail", "-c"]\nRUN a | b\n',
        'SHELL ["/usr/bin/env", "bash", "-o", "errexit", "-o", "pipefail", "-c"]\nRUN a | b\n',
        'FROM alpine:3.20\nSHELL ["/bin/sh", "-eo", "pipefail", "-c"]\nRUN a | b\n',
        'FROM a:1 AS x\nSHELL ["/bin/zsh", "-o", "pipefail", "-c"]\nFROM x\nRUN a | b\n',
        "RUN set -euxo pipefail; a | b\n",
        "RUN bash -o pipefail -c 'a | b'\n",
        "RUN <<EOF bash -o pipefail\na | b\nEOF\n",
        "RUN <<EOF\n#!/bin/bash -eo pipefail\na | b\nEOF\n",
        "RUN echo 'a | b' && a || b\n",
        "RUN curl x | tar xz && a | sha256sum -c - && b | gpg --dearmor && c | grep -q d\n",
        "RUN yes | a && printf x | b && uname -m | sed s/x/y/ && echo $(a | b)\n",
        "RUN if a | grep -q b; then c; fi\n",
        'RUN ["sh", "-c", "a | b"]\n',
        'SHELL ["pwsh", "-c"]\nRUN Get-Variable A | Select-Object B\n',
        "RUN a |\n",
    ],
    "DF431": ["RUN «yes | a»\n", "RUN «curl x | tar xz»\n", "RUN a | b && yes | c\n"],
    "DF410": [
        "RUN «ln -sfv /bin/bash /bin/sh»\n",
        "RUN ln -sf /bin/true /sbin/initctl && something /bin/sh && ln -s /bin/sh /x\n",
    ],
    "DF412": [
        "RUN «chmod 0777 /app» && «chmod a+rwx x» && «chmod -R o+w x»\n",
        "COPY «--chmod=777» a /a\n",
        "RUN «chmod 4755 x» && «chmod +s x»\n",
        "RUN chmod 755 x && chmod u+w x && chmod g+w z && chmod 1777 /x && chmod 777 /tmp && chmod $M x\n",
        "RUN chmod 2775 x && chmod g+s x && chmod -R go-w x && chmod --reference=a b\n",
        "COPY --chmod=0755 a /a\nADD --chmod=$M b /b\n",
    ],
    "DF413": [
        "RUN useradd a && echo a:b | «chpasswd» -e\n",
        "RUN apt-get install passwd && echo chpasswd\n",
    ],
    "DF414": [
        "RUN wget -qO- «http://example.com/x» | tar x\n",
        "RUN pip install --index-url «http://pypi.example.com/simple» x==1\n",
        "ADD «ftp://example.com/x» /x\n",
        "RUN curl http://db:8080 && curl http://10.0.0.1/x && curl http://x.internal/y\n",
        "RUN curl -O http://example.com/x && echo 'abc  x' | sha256sum -c\n",
        "RUN sed -i 's|http://archive|http://mirror|' /etc/apt/sources.list\n",
    ],
    "DF416": [
        "RUN curl -fo /x «https://example.com/x» && chmod 755 /x\n",
        "RUN wget -q «https://example.com/x.zip» && unzip x.zip\n",
        "RUN curl -fLO «https://example.com/x.deb» && dpkg -i x.deb\n",
        "RUN curl -f https://example.com/x > x.json && cat x.json\n",
        "RUN curl -fo x https://example.com/x && gpg --verify x.asc x && chmod +x x\n",
        "RUN curl -f https://example.com/x | sh\n",
    ],
    "DF417": ["RUN --network=default x\nRUN «--network=host» y\n"],
    "DF418": ["RUN --security=sandbox x\nRUN «--security=insecure» y\n"],
    "DF419": [
        "RUN --mount=type=ssh,«mode=0666» x\n",
        "RUN --mount=type=secret,id=a,mode=400 --mount=type=cache,target=/c,mode=777 x\n",
    ],
    "DF420": [
        "RUN apk add --no-cache curl «mkdir» -p /x\n",
        "RUN apt-get install -y git \\\n  «curl» https://example.com/x | sh\n",
        "RUN pip install flask==3 \\\n    «rm» -rf /root/.cache\n",
        "RUN apt-get update «apt» install -y x\n",
        "RUN apt-get install -y curl wget git make sed tar xz-utils apt python3 python3-pip npm yarn go\n",
        "RUN apt-get install -y npm build-essential\n",
        "RUN apt-get install curl -y && apt-get install wget --no-install-recommends && apt-get install curl -qq\n",
        "RUN go run example.com/x@v1 rm -rf /x && npm install rm-rf@1\n",
    ],
    "DF421": [
        "RUN a && «ENV» A=1\n",
        "RUN «RUN» apt-get update\n",
        "RUN a; «WORKDIR» /x\n",
        "RUN echo a && FROM\n",
        "RUN a && echo RUN x && run b\n",
        "RUN cat <<EOF > x\nRUN a\nEOF\n",
    ],
    "DF422": [
        "RUN «<<EOF»\na\nb && c\nd\nEOF\n",
        "RUN «<<-EOF»\n\ta\n\tb\n\tEOF\n",
        "RUN <<EOF\na &&\nb\nEOF\n",
        "RUN <<EOF\nset -o errexit\na\nb\nEOF\n",
        "RUN <<EOF\n#!/bin/sh -e\na\nb\nEOF\n",
        'SHELL ["/bin/bash", "-ec"]\nRUN <<EOF\na\nb\nEOF\n',
        "RUN <<EOF\necho a\nset -x\nb\nEOF\n",
        "RUN <<EOF\na || exit 1\nb\nEOF\n",
        "RUN <<EOF sh -ex\na\nb\nEOF\n",
        "COPY <<EOF /x\na\nb\nEOF\n",
        "RUN python3 <<EOF\nimport a\nprint(a)\nEOF\n",
        "RUN <<EOF\na\nEOF\n",
        "RUN <<EOF\na\nb\n",
    ],
    "DF423": [
        "RUN «curl» -sLO https://example.com/x\n",
        "RUN «curl» https://example.com/x > /x\n",
        "RUN \\\n  # why\n  «curl» -s https://example.com/x | sh\n",
        "RUN curl -fO https://example.com/x && curl --fail -o y https://example.com/y && curl -sSfL https://z | sh\n",
        "RUN curl -s https://example.com/x\n",
        "RUN curl -X POST -d a=b https://example.com/x -o y\n",
        "RUN curl -O https://example.com/x.tgz && tar xf x.tgz\n",
        "RUN curl -so /dev/null https://example.com/x && curl -o x file:///y\n",
        "RUN curl $OPTIONS -o x https://example.com/x\n",
    ],
    "DF424": [
        "RUN make« || true» && ls\n",
        "RUN npm run build« || :»\n",
        "RUN pip install x==1« || exit 0»\n",
        "RUN rm x || true && grep a b || true && apt-get remove -y c || true && npm run lint || true\n",
        "RUN if ! make || true; then a; fi\n",
    ],
    "DF425": [
        "USER app\nRUN «apk add» x\n",
        "FROM a:1 AS x\nUSER 1000\nFROM x\nRUN «useradd» y\n",
        "ARG U=app\nUSER $U\nRUN x && «yum install» -y y\n",
        "USER app\nRUN echo x > «/etc/motd»\n",
        "USER app\nRUN «chown» -R root:root /app\n",
        "USER app\nRUN ln -s /app/run «/usr/local/bin/run»\n",
        "USER app\nRUN chown -R app:app /app && echo x > /app/y && cp /etc/passwd /app && chown $U x\n",
        "RUN chown -R app /etc/app\nUSER app\nRUN echo x > /etc/app/y\n",
        "USER app\nRUN sudo apk add x\nRUN pip install x==1 && npm ci\n",
        "USER 0\nRUN apk add x\nUSER root:root\nRUN apk add y\n",
        "ARG U\nUSER $U\nRUN apk add x\n",
        "FROM apache/airflow:2.9.1\nRUN «apt-get update»\nUSER root\nRUN apt-get update\nUSER airflow\n",
    ],
    "DF426": [
        "FROM node:22\nUSER «app»:app\n",
        "FROM python:3.12\nUSER «app»\n",
        "FROM python:3.12\nRUN adduser --system x\nUSER «app»\n",
        "FROM python:3.12\nRUN addgroup -S app && adduser -S app -G app\nUSER app\n",
        "FROM python:3.12\nCOPY --from=x /etc/passwd /etc/passwd\nUSER app\n",
        "FROM python:3.12\nRUN ./setup.sh\nUSER app\n",
        "FROM python:3.12\nRUN apt-get install -y postgresql\nUSER postgres\n",
        "FROM python:3.12\nUSER nobody\nUSER $X\nUSER 10001:10001\n",
        "FROM bitnami/x:1\nUSER app\n",
    ],
    "DF427": [
        "RUN set -x && login «$NPM_TOKEN»\n",
        'SHELL ["/bin/bash", "-exc"]\nRUN login «"$DB_PASSWORD"»\n',
        "RUN set -e && login $NPM_TOKEN && set -x && make\n",
        "RUN set -ex && make $TOKEN_FILE ${TOKEN:+--auth}\n",
    ],
    "DF428": [
        "ADD «git@github.com:user/repo.git» /x\n",
        "ADD a «https://example.com/x.tgz» /x/\n",
        "ADD --checksum=sha256:abc https://example.com/x /x\nADD a.tgz /\nCOPY a https://b /x/\n",
    ],
    "DF429": [
        "RUN «wget -qO- https://example.com/x | sudo -E bash -»\n",
        'RUN «bash -c "$(curl -fsSL https://example.com/x)"»\n',
        "RUN «curl -sSL https://install.python-poetry.org | python3 - --version 1»\n",
        "RUN «bash <(curl -fsSL https://example.com/x)»\n",
        "RUN curl -f https://example.com/x | jq . && curl -f https://example.com/x | python3 -c 'import sys'\n",
        "RUN curl -f http://localhost/x | sh\n",
    ],
    "PJ130": [
        {
            "Dockerfile": 'FROM node:22-alpine\nCOPY run.sh /\n«ENTRYPOINT ["/run.sh"]»\n',
            "run.sh": "#!/usr/bin/env bash\nx\n",
        },
        {
            "Dockerfile": 'FROM gcr.io/distroless/base\nCOPY run.sh /\n«CMD ["/run.sh"]»\n',
            "run.sh": "#!/bin/bash\nx\n",
        },
        {
            "Dockerfile": 'FROM node:22-alpine\nCOPY run.sh /\n«ENTRYPOINT ["bash", "/run.sh"]»\n',
            "run.sh": "x\n",
        },
        {
            "Dockerfile": 'FROM postgres:16-alpine\nCOPY run.sh /\nENTRYPOINT ["/run.sh"]\n',
            "run.sh": "#!/bin/bash\nx\n",
        },
        {
            "Dockerfile": 'FROM node:22-alpine\nRUN apk add bash curl\nCOPY run.sh /\nENTRYPOINT ["/run.sh"]\n',
            "run.sh": "#!/bin/bash\nx\n",
        },
        {
            "Dockerfile": 'FROM node:22-alpine AS a\nCOPY run.sh /\nENTRYPOINT ["/run.sh"]\nFROM debian:12\n',
            "run.sh": "#!/bin/bash\nx\n",
        },
        {
            "Dockerfile": 'FROM node:22-alpine\nCOPY run.sh /\nENTRYPOINT ["sh", "/run.sh"]\n',
            "run.sh": "#!/bin/bash\n[[ -n $x ]] && y=$((1 + 2)) && f() { x; }\n",
        },
    ],
}


def as_dockerfile(files: Files) -> dict[str, str]:
    found = as_files(files, "Dockerfile")
    if isinstance(files, str) and "FROM " not in files.partition("\n")[0]:
        found = {"Dockerfile": "FROM debian:12\n" + files}
    return dict(found)


EACH = [(code, files) for code, cases in CASES.items() for files in cases]


@pytest.mark.parametrize(("code", "files"), EACH)
def test_case(code: str, files: Files) -> None:
    expected = as_dockerfile(files)
    assert marked(RULES[code], expected) == expected


def test_windows_newlines_change_nothing() -> None:
    for code, files in EACH:
        texts = as_dockerfile(files)
        expected = {path: "\r\n".join(text.split("\n")) for path, text in texts.items()}
        assert marked(RULES[code], expected) == expected, code


def test_half_a_file_crashes_nothing() -> None:
    linter = Linter(rules=Rules.only(OURS), choice=Choice(select=[rule.code for rule in OURS]))
    for _, files in EACH:
        text = unmark(as_dockerfile(files)["Dockerfile"])[0]
        for end in range(0, len(text), 7):
            workspace = Workspace.in_memory({"Dockerfile": text[:end]})
            assert not linter.check(workspace, [Target("", "Dockerfile", "Dockerfile")]).errors, text[:end]


def test_fixes_settle() -> None:
    """All fixes of these rules together: a second run finds nothing left to change."""
    choice = Choice(select=[rule.code for rule in OURS])
    linter = Linter(rules=Rules.only(OURS), choice=choice)
    targets = [Target("", "Dockerfile", "Dockerfile")]
    for _, files in EACH:
        text = unmark(as_dockerfile(files)["Dockerfile"])[0]
        mending = Mending(linter, Workspace.in_memory({"Dockerfile": text}), targets, ("safe", "unsafe"))
        assert not mending.notes, text
        fixed = {change.full: change.after for change in mending.changes}
        again = Mending(linter, Workspace.in_memory({"Dockerfile": text, **fixed}), targets, ("safe", "unsafe"))
        assert not again.changes, text
