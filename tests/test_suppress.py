"""Comments that silence: what they cover, and which of them do nothing."""

from __future__ import annotations

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.hooks import Rules
from dagdock.project import parse
from dagdock.project.classify import DocumentKind
from dagdock.result import Result
from dagdock.selection import Choice
from dagdock.suppress import read, read_own
from dagdock.text import Source

NAMES: dict[DocumentKind, str] = {"dockerfile": "Dockerfile", "compose": "compose.yaml", "dag": "a.py"}


def covered(kind: DocumentKind, text: str) -> list[str]:
    """What each suppression of a text covers."""
    return [item.covers.text for item in read(parse(Source(NAMES[kind], text), kind))]


@pytest.mark.parametrize(
    ("comment", "scope", "names", "reason"),
    [
        ("# dagdock: ignore[DF203]", "statement", ["DF203"], ""),
        ("#dagdock:ignore[DF203,a-name ] -- it is meant", "statement", ["DF203", "a-name"], "it is meant"),
        ("# dagdock: ignore-file[DF2] -- x", "file", ["DF2"], "x"),
        ("# Dagdock: Ignore[DF203] and more text", "statement", ["DF203"], ""),
    ],
)
def test_own_comment(comment: str, scope: str, names: list[str], reason: str) -> None:
    said = read_own(comment)
    assert said is not None and said.fault is None
    assert (said.scope, [name for name, _ in said.names], said.reason) == (scope, names, reason)


@pytest.mark.parametrize(
    ("comment", "fault"),
    [
        ("# dagdock: ignore", "name the rules that are meant, as in `# dagdock: ignore[DF203]`"),
        ("# dagdock: ignore DF203", "name the rules"),
        ("# dagdock: ignore[]", "name the rules"),
        ("# dagdock: ignore-file", "as in `# dagdock: ignore-file[DF203]`"),
        ("# dagdock: disable[DF203]", "`disable` is nothing that dagdock knows; write `# dagdock: ignore[DF203]`"),
    ],
)
def test_own_comment_with_a_fault(comment: str, fault: str) -> None:
    said = read_own(comment)
    assert said is not None and said.fault is not None and fault in said.fault


def test_other_comments_say_nothing() -> None:
    assert read_own("# about dagdock: a linter") is None
    assert read_own("# dagdock finds this") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# dagdock: ignore[X1]\nFROM a\nRUN b\n", ["FROM a"]),
        ("FROM a\n# dagdock: ignore[X1]\n# more\n\nRUN b && \\\n  c\nRUN d\n", ["RUN b && \\\n  c"]),
        ("FROM a\nRUN b && \\\n  # dagdock: ignore[X1]\n  c\nRUN d\n", ["RUN b && \\\n  # dagdock: ignore[X1]\n  c"]),
        ("FROM a\n# dagdock: ignore-file[X1]\nRUN b", ["FROM a\n# dagdock: ignore-file[X1]\nRUN b"]),
        ("FROM a\nRUN b\n# dagdock: ignore[X1]\n", ["# dagdock: ignore[X1]"]),
        ("FROM a\n# hadolint ignore=DL3008\n# hadolint ignore=DL3009\nRUN b\nRUN c", ["RUN b", "RUN b"]),
        ("# hadolint stage ignore=DL3008\nFROM a\nRUN b\nFROM c\nRUN d\n", ["FROM a\nRUN b\n"]),
        ("FROM a\n# hadolint stage ignore=DL3008\nRUN b", ["FROM a\n# hadolint stage ignore=DL3008\nRUN b"]),
        ("FROM a\n# check=skip=X\nRUN b\nRUN c", ["RUN b"]),
        ("FROM a\nRUN <<EOF\n# dagdock: ignore[X1]\nEOF\n", []),
        ("FROM a\r\n# dagdock: ignore[X1]\r\nRUN b\r\n", ["RUN b"]),
    ],
)
def test_in_a_dockerfile(text: str, expected: list[str]) -> None:
    assert covered("dockerfile", text) == expected


def test_a_directive_of_buildkit_holds_for_the_file() -> None:
    text = "# check=skip=JSONArgsRecommended\nFROM a\nCMD b\n"
    assert covered("dockerfile", text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "services:\n  # dagdock: ignore[X1]\n  db:\n    image: a\n  web:\n    image: b\n",
            ["db:\n    image: a"],
        ),
        ("services:\n  db:\n    image: a  # dagdock: ignore[X1]\n    ports: []\n", ["image: a"]),
        (
            "services:\n  db:  # dagdock: ignore[X1]\n    image: a\n  web: {}\n",
            ["db:  # dagdock: ignore[X1]\n    image: a"],
        ),
        (
            "services:\n  db:\n    ports:\n      # dagdock: ignore[X1]\n      - '1:1'\n      - '2:2'\n",
            ["'1:1'"],
        ),
        ("services:\n  db:\n    ports:\n      - '1:1'  # dagdock: ignore[X1]\n      - '2:2'\n", ["'1:1'"]),
        ("services:\n  db:\n    image: a # dclint disable-line x\n", ["    image: a # dclint disable-line x"]),
        ("services:\n  db:\n    image: 'a # dagdock: ignore[X1]'\n", []),
    ],
)
def test_in_a_compose_file(text: str, expected: list[str]) -> None:
    assert covered("compose", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1  # dagdock: ignore[X1]\nb = 2\n", ["a = 1  # dagdock: ignore[X1]"]),
        ("# dagdock: ignore[X1]\n\na = f(\n  1,\n)\nb = 2\n", ["a = f(\n  1,\n)"]),
        ("a = f(\n  1,  # dagdock: ignore[X1]\n)\nb = 2\n", ["a = f(\n  1,  # dagdock: ignore[X1]\n)"]),
        ("# dagdock: ignore[X1]\n@dag\ndef f():\n    a = 1\n", ["@dag\ndef f():"]),
        ("with f(\n  1\n):  # dagdock: ignore[X1]\n    a = 1\n", ["with f(\n  1\n):  # dagdock: ignore[X1]"]),
        ("def f():\n    # dagdock: ignore[X1]\n    a = 1\n    b = 2\n", ["    a = 1"]),
        ("class A:\n    # dagdock: ignore[X1]\n    @b\n    def f(): pass\n", ["    @b\n    def f(): pass"]),
        ("a = '# dagdock: ignore[X1]'\n", []),
        ("é = 1  # noqa: X1\nb = 2\n", ["é = 1  # noqa: X1"]),
        ("a = '''\nb\n'''  # noqa: X1\nb = 2\n", ["a = '''\nb\n'''  # noqa: X1"]),
        ("\ufeffa = 1  # noqa: X1\n", ["a = 1  # noqa: X1"]),
        ("if a:\n    b\nelse:\n    c  # dagdock: ignore[X1]\n", ["    c  # dagdock: ignore[X1]"]),
    ],
)
def test_in_python(text: str, expected: list[str]) -> None:
    assert covered("dag", text) == expected


def test_in_broken_python() -> None:
    assert covered("dag", "a = (  # noqa: X1\n") == ["a = (  # noqa: X1"]


# Put to work

DOCKERFILE = "FROM alpine:3.20\nUSER 1000\n"


def check(files: dict[str, str], **choice: list[str]) -> Result:
    linter = Linter(rules=Rules(third_party=False), choice=Choice(**choice))
    return linter.check(Workspace.in_memory(files), [Target("", path, path) for path in files])


def shown(text: str, **choice: list[str]) -> list[tuple[str, str]]:
    result = check({"Dockerfile": text}, **choice)
    assert not result.errors
    return [(finding.rule.code, finding.span.text) for finding in result.findings]


LATEST = "FROM alpine:latest\nUSER 1000\n"


def test_a_byte_that_is_no_text_hides_no_comment() -> None:
    dag = b"from airflow import DAG\n# \xff\nwith DAG('a'):  # \xfe dagdock: ignore[AF104]\n    '\xfd'\n"
    linter = Linter(rules=Rules(third_party=False), choice=Choice(select=["AF104"]))
    target = Target("", "dags/a.py", "dags/a.py")
    result = linter.check(Workspace.in_memory({"dags/a.py": dag}), [target])
    assert not result.errors


def test_silenced_findings_are_kept() -> None:
    result = check({"Dockerfile": f"# dagdock: ignore[DF102] -- ours\n{LATEST}"}, select=["DF102", "PJ9"])
    assert not result.findings
    [silenced] = result.silenced
    assert silenced.finding.rule.code == "DF102"
    assert silenced.by.reason == "ours"


@pytest.mark.parametrize(
    "comment",
    [
        "# dagdock: ignore[latest-base-image]",
        "# dagdock: ignore[DF1]",
        "# dagdock: ignore[DL3007]",
        "# dagdock: ignore-file[DF102]",
        "# hadolint ignore=DL3007",
        "# hadolint global ignore=DL3007",
    ],
)
def test_ways_to_silence(comment: str) -> None:
    assert shown(f"{comment}\n{LATEST}", select=["DF102", "PJ9"]) == []


def test_idle_names_are_reported() -> None:
    text = f"# dagdock: ignore[DF102, DF101, AF101]\n{LATEST}"
    assert shown(text, select=["DF101", "DF102", "PJ9"]) == [("PJ901", "DF101"), ("PJ901", "AF101")]


def test_a_name_of_a_rule_that_is_off_is_not_idle() -> None:
    assert shown(f"# dagdock: ignore[DF101]\n{DOCKERFILE}", select=["DF102", "PJ9"]) == []


def test_unknown_names_are_reported() -> None:
    text = f"# dagdock: ignore[DF998, latest-base-imag]\n{DOCKERFILE}"
    result = check({"Dockerfile": text}, select=["PJ9"])
    assert [finding.message for finding in result.findings] == [
        "no rule is called `DF998`; `dagdock rules` lists them all",
        "no rule is called `latest-base-imag`; did you mean `latest-base-image`?",
    ]


def test_a_peers_comment_is_never_idle() -> None:
    for comment in ("# hadolint ignore=DL3007,DL9999", "# trivy:ignore:DS-0001", "# checkov:skip=CKV_DOCKER_7"):
        assert shown(f"{comment}\n{DOCKERFILE}", select=["DF102", "PJ9"]) == []
    dag = "from airflow import DAG  # noqa: AIR301\nwith DAG('a', schedule=None):\n    pass\n"
    assert check({"dags/a.py": dag}, select=["AF801", "PJ9"]).findings == []


def test_what_is_said_about_comments_can_be_silenced_too() -> None:
    text = f"# dagdock: ignore-file[PJ901]\n# dagdock: ignore[DF102]\n{DOCKERFILE}"
    assert shown(text, select=["DF102", "PJ9"]) == []
