"""Rules on Dockerfiles, on what a judge of real findings called wrong or arguable, as small as it still shows."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.examples import as_files
from dagdock.hooks import Rules
from dagdock.selection import Choice
from dagdock.testing import marked

RULES = {rule.code: rule for kind in ("dockerfile", "compose", "project") for rule in Rules().of_kind(kind)}

Files = str | Mapping[str, str]

# What a rule must flag is marked; without marks it must be silent.
CASES: dict[str, list[Files]] = {
    "DF124": [
        "# syntax=docker/dockerfile:experimental\nFROM alpine:3.20\nRUN --security=insecure id\n",
        "# syntax = docker/dockerfile:experimental\nFROM alpine:3.20\nRUN --mount=type=ssh git fetch\n",
        "# syntax=«docker/dockerfile:experimental»\nFROM alpine:3.20\nRUN <<EOF\nid\nEOF\n",
        "FROM alpine:3.20\nCOPY --chmod=755 run /run\n",
        "FROM alpine:3.20\nCOPY --chmod=755 a /a\nCOPY «--link» b /b\n",
    ],
    "DF404": [
        "FROM debian:12\nRUN cd /usr/local/bin && ln -s python3 python\n",
        "FROM debian:12\nRUN cd /etc/ssl && make\n",
        "FROM debian:12\nRUN «cd /usr/src/app» && make\n",
        "FROM debian:12\nRUN «cd /etcd» && make\n",
    ],
    "DF409": [
        "FROM debian:12\nRUN V=$(curl -s https://e.com/v | jq -r .tag); V=${V:-1.2}; wget https://e.com/$V\n",
        'FROM debian:12\nRUN V=$(curl -s https://e.com/v | jq -r .tag); if [ -z "$V" ]; then exit 1; fi\n',
        "FROM debian:12\nRUN V=$(«curl -s https://e.com/v | jq -r .tag»); wget https://e.com/$V ${VERBOSE:-}\n",
        "FROM debian:12\nRUN «curl -s https://e.com/v | jq -r .tag > /v» && V=${V:-1}\n",
    ],
    "DF416": [
        "FROM debian:12\nRUN curl -fsSL -o /usr/bin/tool «https://e.com/tool-1.2» | bash && chmod +x /usr/bin/tool\n",
    ],
    "DF429": [
        "FROM debian:12\nRUN curl -fsSL -o /usr/bin/tool https://e.com/tool-1.2 | bash && chmod +x /usr/bin/tool\n",
        "FROM debian:12\nRUN wget https://e.com/install.sh | sh\n",
        "FROM debian:12\nRUN «curl -o- https://e.com/install.sh | sh» && «wget -O - https://e.com/b | sh»\n",
    ],
}


@pytest.mark.parametrize(("code", "case"), [(code, case) for code, cases in CASES.items() for case in cases])
def test_what_is_flagged(code: str, case: Files) -> None:
    files = as_files(case, "Dockerfile")
    assert marked(RULES[code], files) == files


@pytest.mark.parametrize(
    ("code", "text", "said"),
    [],
)
def test_what_is_said(code: str, text: str, said: str) -> None:
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice())
    workspace = Workspace.in_memory(as_files(text, "Dockerfile"))
    (finding,) = linter.check(workspace, [Target("", "Dockerfile", "Dockerfile")]).findings
    assert said in finding.message
