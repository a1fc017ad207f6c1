"""Long files take time in proportion to their length: counted in calls, for a clock says something else each time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.facts import Disk
from dagdock.ignores import Ignoring
from dagdock.mend import Mending
from dagdock.selection import Choice

FROM = "FROM alpine:3.20\n"
NAMES = "".join
Text = Callable[[int], str]
LONG: dict[str, Text] = {
    "installations": lambda n: FROM + "RUN apt-get update && cd /x && sudo pip install foo | tee a\n" * n,
    "downloads": lambda n: FROM + NAMES(f"RUN curl -O https://x.org/a{i}.tgz && rm /t/b{i}.tgz\n" for i in range(n)),
    "clones": lambda n: FROM + NAMES(f"RUN git clone https://x.org/a{i} && cd a{i} && make\n" for i in range(n)),
    "copies": lambda n: FROM + "COPY . /app\nRUN npm install\nRUN yarn install\n" * n,
    "copies and installations": lambda n: (
        "FROM python:3.12\n"
        + NAMES(
            f"COPY a{i} /x\nRUN pip install -r /x/r.txt\nRUN apt-get install -y foo{i}\nARG V{i}\n" for i in range(n)
        )
    ),
    "variables": lambda n: FROM + NAMES(f"ENV A{i}=$A{i - 1} PASSWORD{i}=abc{i}xyz \n" for i in range(n)),
    "variables in one ENV": lambda n: FROM + "ENV " + " \\\n ".join(f"A{i}=$A{i - 1}" for i in range(n)) + "\n",
    "arguments": lambda n: FROM + NAMES(f"ARG A{i}=1\nRUN echo $A{i}\n" for i in range(n)),
    "arguments above": lambda n: NAMES(f"ARG A{i}=$A{i - 1}\n" for i in range(n)) + FROM,
    "labels": lambda n: FROM + NAMES(f"LABEL a{i % 9}=b\n" for i in range(n)),
    "stages": lambda n: NAMES(f"FROM alpine:3.{i} AS s{i}\nCOPY --from=s{i - 1} a b\n" for i in range(n)),
    "stages that copy from all": lambda n: (
        NAMES(f"FROM a:1 AS s{i}\nRUN make\n" for i in range(n))
        + FROM
        + NAMES(f"COPY --from=s{i} /a /b{i}\n" for i in range(n))
    ),
    "stages without a name": lambda n: FROM * n,
    "commands": lambda n: FROM + "CMD foo bar\nENTRYPOINT foo\nHEALTHCHECK CMD curl foo\n" * n,
    "ports": lambda n: FROM + NAMES(f"EXPOSE {i}\n" for i in range(n)),
    "users": lambda n: FROM + NAMES(f"USER a{i}\nRUN useradd b{i} && chown x y\n" for i in range(n)),
    "folders": lambda n: FROM + "WORKDIR a\nRUN cd b && ls\nCOPY x .\n" * n,
    "volumes": lambda n: FROM + NAMES(f"VOLUME /a{i}\nRUN touch /a{i}/x\n" for i in range(n)),
    "triggers": lambda n: FROM + "ONBUILD RUN cd x\n" * n + "ONBUILD " * n + "RUN x\n",
    "heredocs": lambda n: FROM + "RUN <<EOF\napt-get update\ncd x\nEOF\n" * n,
    "comments": lambda n: FROM + "# foo\n# hadolint ignore=DL3008\nRUN apt-get install foo\n" * n,
    "comments for all of the file": lambda n: FROM + "# dagdock: ignore-file[DF101] -- x\n" * n + "RUN a | b\n" * n,
    "comments above each other": lambda n: FROM + "# dagdock: ignore[DF101] -- x\n" * n + "RUN x\n",
    "comments about the shell": lambda n: FROM + "# hadolint shell=bash\nRUN a | b\n" * n,
    "directives": lambda n: "# check=skip=all\n# escape=`\n" * n + FROM,
    "flags": lambda n: FROM + "COPY " + "--chown=a " * n + "a b\n",
    "lines of a RUN": lambda n: FROM + "RUN a" + " \\\n# foo\n  && cd b" * n + "\n",
    "pipes in one RUN": lambda n: (
        FROM + "RUN true" + NAMES(f" && V{i}=$(curl https://x.org/{i} | sed s/a/b/)" for i in range(n)) + "\n"
    ),
    "lists and installations": lambda n: "FROM debian:12\nRUN apt-get update\nRUN apt-get install -y gcc\n" * n,
    "installations without lists": lambda n: (
        "FROM debian:12\n" + "RUN apt-get update && apt-get install -y a\nRUN if a; then apt-get install -y b; fi\n" * n
    ),
    "links and builds": lambda n: "FROM debian:12\nCOPY . .\n" + "RUN ln -s /bin/bash /bin/sh\nRUN make\n" * n,
    "secrets": lambda n: FROM + NAMES(f"ARG TOKEN{i}\nENV TOKEN{i}=$TOKEN{i}\n" for i in range(n)),
    "commands of a RUN": lambda n: FROM + "RUN a" + " | b; cd /c" * n + "\n",
    "lower case": lambda n: "from alpine:3.20 as a\n" + "run a\nenv a b\n" * n,
}
N = 60


def steps(action: Callable[[], object]) -> int:
    """How many functions an action calls, generators each time that they go on."""
    count = 0

    def seen(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        action()
    finally:
        sys.setprofile(before)
    return count


def grows(make: Text, action: Callable[[str], object]) -> float:
    """How many times more steps four times the length takes, what is always done left out."""
    for warm in (make(1), make(3)):
        action(warm)
    always, once, more = (steps(partial(action, make(n))) for n in (1, N, 4 * N))
    return (more - always) / (once - always)


def linter() -> Linter:
    return Linter(choice=Choice(select=["ALL"], ignore=["DF490"]))


LINTER = linter()
TARGETS = [Target("", "Dockerfile", "Dockerfile")]


def check(text: str) -> Any:
    return LINTER.check(Workspace.in_memory({"Dockerfile": text}), TARGETS)


@pytest.mark.parametrize("name", LONG)
def test_checking_is_linear(name: str) -> None:
    result = check(LONG[name](3))
    assert result.checked == 1
    assert not result.errors
    assert grows(LONG[name], check) < 5.5


@pytest.mark.parametrize("name", ["installations", "comments", "commands", "lower case", "variables in one ENV"])
def test_mending_is_linear(name: str) -> None:
    def mend(text: str) -> Mending:
        return Mending(LINTER, Workspace.in_memory({"Dockerfile": text}), TARGETS, ["safe", "unsafe"])

    assert mend(LONG[name](3)).changes
    assert grows(LONG[name], mend) < 6


@pytest.mark.parametrize("name", ["installations", "comments above each other", "stages", "lines of a RUN"])
def test_silencing_is_linear(name: str) -> None:
    def silence(text: str) -> Ignoring:
        return Ignoring(LINTER, Workspace.in_memory({"Dockerfile": text}), TARGETS, "why", lambda result: None)

    assert silence(LONG[name](3)).changes
    assert grows(LONG[name], silence) < 6


def test_patterns_of_an_ignore_file() -> None:
    def ignored(text: str) -> object:
        files = {f"a{i}/b{i}/c": "" for i in range(20)}
        return LINTER.check(
            Workspace.in_memory({"Dockerfile": FROM + "COPY . /app\n", ".dockerignore": text, **files}),
            [*TARGETS, Target("", ".dockerignore", ".dockerignore")],
        )

    assert grows(lambda n: NAMES(f"**/*a{i}*b*/**/*c*d\n" for i in range(n)) + "!x\n", ignored) < 5.5


def test_standard_input_has_the_limit_of_files(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "dagdock", "check", "--stdin-filename", "Dockerfile", "-"],
        input=b"#" * (Disk.MAX_BYTES + 1),
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert run.returncode == 2
    assert run.stdout == b""
    assert run.stderr.decode() == "dagdock: standard input is too large to check: 5 MB is the limit\n"
