"""Fixes do no harm, whatever the Dockerfile: it parses as before, keeps its comments, and a second run is idle."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagdock.dockerfile import parse
from dagdock.engine import Linter, Target, Workspace
from dagdock.fix import Safety, apply_edits, without_overlap
from dagdock.mend import Mending, why_unsound
from dagdock.selection import Choice
from dagdock.text import Source

_SPEC = spec_from_file_location("fixes", Path(__file__).parents[1] / "benchmarks" / "fixes.py")
assert _SPEC and _SPEC.loader
fixes = module_from_spec(_SPEC)
sys.modules["fixes"] = fixes  # its named tuples want to be found
_SPEC.loader.exec_module(fixes)

PACKAGES = st.lists(st.sampled_from(["curl", "git", "zlib1g-dev", "ca-certificates=1.2", "$EXTRA"]), min_size=1).map(
    " ".join
)
COMMANDS = st.one_of(
    st.sampled_from(
        [
            "apt-get update",
            "apk update",
            "apk upgrade",
            "rm -rf /var/lib/apt/lists/*",
            "cd /app",
            "export A=1",
            "curl https://example.com/a-1.2.tgz | tar xz",
            "wget -O /tmp/a https://example.com/a",
            "useradd -u 1234567890 app",
            "yum clean all",
            "npm install",
            "make; echo 'a # b' é",
            "echo \"$A\" > '/tmp/x y'",
        ]
    ),
    PACKAGES.map("apt-get install {}".format),
    PACKAGES.map("apt install -y {}".format),
    PACKAGES.map("apk add {}".format),
    PACKAGES.map("pip install {}".format),
    PACKAGES.map("yum install {}".format),
)
JOINS = st.sampled_from([" && ", "; ", " \\\n    && ", " && \\\n# why\n    ", " \\\n\n  && ", " || "])
RUNS = st.builds(
    lambda flags, join, commands: f"{flags}{join.join(commands)}",
    st.sampled_from(["", "", "--mount=type=cache,target=/root/.cache ", "--mount=type=secret,id=a,mode=0444 "]),
    JOINS,
    st.lists(COMMANDS, min_size=1, max_size=4),
)
LINES = st.one_of(
    RUNS.map("RUN {}".format),
    RUNS.map("run {}".format),
    st.lists(COMMANDS, min_size=1, max_size=3).map(lambda commands: "RUN <<EOF\n" + "\n".join(commands) + "\nEOF"),
    st.sampled_from(
        [
            "FROM debian:12 as Build",
            "FROM Build",
            "from alpine:3.20",
            "FROM --platform=$TARGETPLATFORM node:22 AS web",
            "COPY --from=build a b",
            "COPY a b c /app",
            "COPY package.json .\nCOPY package-lock.json .",
            "ADD app.py /app/",
            "ADD a.tar.gz /",
            "ENV A b c",
            'ENV A=b B="$A c"',
            "ENV DEBIAN_FRONTEND noninteractive",
            "LABEL maintainer me",
            "MAINTAINER me <me@example.com>",
            "EXPOSE 80/TCP 8080:80 80",
            'CMD ["python app.py"]',
            "CMD python app.py",
            "ENTRYPOINT ./run.sh $A",
            "HEALTHCHECK CMD curl localhost",
            'SHELL ["/bin/bash", "-c"]',
            "ONBUILD RUN apt-get install curl",
            "ARG VERSION=1",
            "WORKDIR app",
            "USER app",
            "# a comment",
            "# hadolint ignore=DL3008",
            "# dagdock: ignore[DF303] -- for now",
            "# syntax=docker/dockerfile:1",
            "# Escape=`",
            "VOLUME /data",
            "",
            "RUN apt-get install curl \\",
            "FRM alpine",
        ]
    ),
)
DOCKERFILES = st.builds(
    lambda first, lines, newline, end: newline.join([*first, *"\n".join(lines).split("\n")]) + (newline if end else ""),
    st.sampled_from([["FROM debian:12"], ["ARG VERSION=1", "FROM alpine:$VERSION"], ["# é🐳", "from python"], []]),
    st.lists(LINES, max_size=8),
    st.sampled_from(["\n", "\n", "\r\n"]),
    st.booleans(),
)

LINTER = Linter(choice=Choice(select=["ALL"], ignore=["DF490"]))
TARGET = Target("", "Dockerfile", "Dockerfile")


class Official:
    """The official parser in a process of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-c", fixes._OFFICIAL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def read(self, text: str) -> Any:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(text) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def end(self) -> None:
        self._process.communicate(timeout=60)


@pytest.fixture(scope="module")
def official() -> Iterator[Official]:
    pytest.importorskip("dockerfile", reason="the official parser's binding has no wheel for this platform")
    parser = Official()
    yield parser
    parser.end()


SETTINGS = settings(deadline=None, max_examples=80, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("safeties", [("safe",), ("safe", "unsafe")], ids=["safe", "unsafe"])
@SETTINGS
@given(text=DOCKERFILES)
def test_a_file_comes_out_whole(safeties: tuple[Safety, ...], official: Official, text: str) -> None:
    first = Mending(LINTER, Workspace.in_memory({"Dockerfile": text}), [TARGET], safeties)
    after = (first.content(TARGET) or b"").decode()
    assert not [note for note in first.notes if "settle" in note]
    assert not fixes.comments(text) - fixes.comments(after)
    if not isinstance(official.read(text), str):
        assert not isinstance(official.read(after), str), after
    second = Mending(LINTER, Workspace.in_memory({"Dockerfile": after}), [TARGET], safeties)
    assert (second.content(TARGET) or b"").decode() == after


@SETTINGS
@given(text=DOCKERFILES)
def test_safe_fixes_keep_the_meaning(official: Official, text: str) -> None:
    before = official.read(text)
    document = parse(Source("Dockerfile", text))
    result = LINTER.check(Workspace.in_memory({"Dockerfile": text}), [TARGET])
    safe = [finding for finding in result.findings if finding.fix and finding.fix.safety == "safe"]
    for rule in {finding.rule.name for finding in safe}:
        some = {id(finding.fix): finding.fix for finding in safe if finding.fix and finding.rule.name == rule}
        edits = [edit for fix in without_overlap(list(some.values())) for edit in fix.edits]
        after = apply_edits(document.source, edits)
        if isinstance(before, str) or why_unsound(document, after, edits):
            continue
        assert fixes.same(before, official.read(after), rule), (rule, after)
