from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from dagdock.api import Bad, Problem, Problems, Related, rule

if TYPE_CHECKING:
    from dagdock.api import Command, Project, Run, Source, Span, Stage

Version = tuple[int, ...]


@rule(
    "PJ132",
    severity="error",
    since="0.1",
    kind="project",
    bad=[
        Bad(
            {
                "Dockerfile": "FROM «golang:1.22-alpine»\nWORKDIR /src\nCOPY . .\nRUN go build -o /app ./cmd/app\n",
                "go.mod": "module example.com/app\n\ngo 1.24.0\n",
                "cmd/app/main.go": "package main\n",
            }
        ),
        Bad(
            {
                "Dockerfile": "FROM «python:3.10-slim»\nWORKDIR /app\nCOPY pyproject.toml ./\nRUN pip install .\n",
                "pyproject.toml": '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.11,<4"\n',
            }
        ),
        Bad(
            {
                "Dockerfile": "FROM «ruby:3.2-slim»\nWORKDIR /app\nCOPY Gemfile ./\nRUN bundle install\n",
                "Gemfile": 'source "https://rubygems.org"\nruby "3.3.5"\ngem "rack"\n',
            }
        ),
        Bad(
            {
                "Dockerfile": "FROM «rust:1.80»\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\n",
                "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2024"\n',
                "src/main.rs": "fn main() {}\n",
            }
        ),
    ],
    good=[
        {
            "Dockerfile": "FROM golang:1.24\nWORKDIR /src\nCOPY . .\nRUN go build ./...\n",
            "go.mod": "module example.com/app\n\ngo 1.24.5\n",
        },
        {
            "Dockerfile": "FROM golang:1.22\nENV GOTOOLCHAIN=auto\nWORKDIR /src\nCOPY . .\nRUN go build ./...\n",
            "go.mod": "module example.com/app\n\ngo 1.24\n",
        },
        {
            "Dockerfile": "FROM golang:1.19\nWORKDIR /src\nCOPY . .\nRUN go build ./...\n",
            "go.mod": "module example.com/app\n\ngo 1.24\n",
        },
        {
            "Dockerfile": "FROM python:3.12\nWORKDIR /app\nCOPY pyproject.toml ./\nRUN pip install .\n",
            "pyproject.toml": '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.11,<4"\n',
        },
    ],
)
def wrong_language_version(stage: Stage, project: Project) -> Problems:
    """A project asks for another release of its language than the base image has.

    `go.mod`, `pyproject.toml`, the Gemfile and `Cargo.toml` say which release of Go, Python, Ruby or Rust the project
    needs, and the tools refuse any other: the build stops. (The official images of Go set `GOTOOLCHAIN=local`, so that
    none is fetched.) Raise the image together with the project.

    https://go.dev/doc/toolchain
    https://packaging.python.org/en/latest/specifications/pyproject-toml/#requires-python
    https://bundler.io/guides/gemfile_ruby.html
    https://doc.rust-lang.org/cargo/reference/rust-version.html
    """
    root = list(stage.chain())[-1]
    language = LANGUAGES.get(root.image.familiar) if root.image else None
    brought = _version_of_tag(root.image.tag or "") if language and root.image else None
    if language is None or brought is None or root.image_word is None or root.image_word.variables:
        return
    if language.switch and language.switch.search(stage.dockerfile.source.text):
        return
    for place, wanted in _asked_for(stage, language, project):
        if wanted.refuses(brought):
            name = place.source.path.rpartition("/")[2]
            yield Problem(
                root.image_word,
                f"this image has {language.name} {_written(brought)}, and `{name}` asks for {wanted.text}, so the "
                "build stops. Take an image of that release",
                related=[Related(place, "this asks for it")],
            )
            return


class Wanted(NamedTuple):
    """The releases that a project can do with."""

    text: str
    least: Version = ()
    below: Version = ()
    asked_since: Version = ()
    """The release that was the first to mind."""

    def refuses(self, version: Version) -> bool:
        """Whether a release is surely none of them; `3.12` may be any patch of 3.12, the last most likely."""
        if version < self.asked_since:
            return False
        if self.least and version[: len(self.least)] < self.least[: len(version)]:
            return True
        own, bound = version[: len(self.below)], self.below[: len(version)]
        # Of `<3.12.4` nobody knows where a 3.12 stands.
        return bool(self.below) and (own > bound or (own == bound and len(version) >= len(self.below)))


class Language(NamedTuple):
    """How projects of a language say which release they need."""

    name: str
    manifest: str
    builds: Callable[[Command], bool]
    """Whether a command reads the manifest and refuses a wrong release."""
    read: Callable[[str], tuple[int, int, Wanted] | None]
    """The release that a manifest asks for, and where that stands."""
    switch: re.Pattern[str] | None = None
    """What in a Dockerfile brings another release, or switches the question off."""


def _asked_for(stage: Stage, language: Language, project: Project) -> Iterator[tuple[Span, Wanted]]:
    """What the manifests ask for that builds of a stage read."""
    from dagdock.api import Run

    from ..dockerfile._copies import absolute, contexts_that_fit, origin

    runs = [run for run in stage.all_of(Run) if language.manifest and _builds(run, language)]
    for run in runs:
        path = absolute(run, language.manifest)
        for context in contexts_that_fit(stage.dockerfile, project) if path else ():
            found = origin(path, stage, run, context) if path else None
            source = project.text(context.path(found)) if found else None
            asked = language.read(source.text) if source else None
            if source and asked and not _has_toolchain_file(source, project):
                yield source.span(asked[0], asked[1]), asked[2]


def _builds(run: Run, language: Language) -> bool:
    """Whether a RUN surely builds what lies in its working directory."""
    commands = run.script.commands
    if run.script.broken or any(command.name in ("cd", "pushd") for command in commands):
        return False
    return any(
        language.builds(command.effective)
        and not command.context
        and "||" not in (command.joined, following.joined if following else "")
        for command, following in zip_longest(commands, commands[1:])
    )


def _has_toolchain_file(source: Source, project: Project) -> bool:
    """Whether a file beside `Cargo.toml` names the toolchain that rustup then fetches."""
    folder = source.path.rpartition("/")[0]
    return any(project.exists(f"{folder}/{name}".lstrip("/")) for name in ("rust-toolchain", "rust-toolchain.toml"))


def _version_of_tag(tag: str) -> Version | None:
    """The release that a tag begins with: 3 and 12 of `3.12-slim`; None where it says less."""
    match = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?(?:-|$)", tag)
    return tuple(int(part) for part in match.groups() if part) if match else None


def _parts(text: str) -> Version:
    return tuple(int(part) for part in text.split("."))


def _written(version: Version) -> str:
    return ".".join(map(str, version))


def _words(command: Command) -> list[str]:
    return [word.value or "" for word in command.arguments]


def _builds_go(command: Command) -> bool:
    words = _words(command)
    if command.name != "go" or any("@" in word or word == "-C" for word in words):
        return False
    return words[:1] in (["build"], ["test"], ["vet"], ["generate"], ["install"]) or words[:2] == ["mod", "download"]


def _read_go(text: str) -> tuple[int, int, Wanted] | None:
    match = re.search(r"^go[ \t]+(\d+\.\d+(?:\.\d+)?)[ \t]*(?://.*)?\r?$", text, re.MULTILINE)
    if match is None:
        return None
    least = _parts(match[1])
    # Go from before 1.21 tries it all the same, but for a version of three parts, which it cannot read.
    asked_since = () if len(least) > 2 and least >= (1, 21) else (1, 21)
    return match.start(), match.end(1), Wanted(f"Go {match[1]}", least, asked_since=asked_since)


def _builds_python(command: Command) -> bool:
    words = _words(command)
    if "--ignore-requires-python" in words:
        return False
    if command.name in ("python", "python3") and words[:2] == ["-m", "pip"]:
        words = words[2:]
    elif command.name == "poetry":
        return words[:1] in (["install"], ["sync"])
    elif command.name not in ("pip", "pip3"):
        return False
    return words[:1] == ["install"] and any(re.fullmatch(r"\./?(?:\[[\w,-]*\])?", word) for word in words)


def _read_python(text: str) -> tuple[int, int, Wanted] | None:
    section = ""
    at = 0
    for line in text.splitlines(keepends=True):
        if header := re.match(r"\ufeff?\[([\w.\"-]+)\]", line):
            section = header[1]
        key = {"project": "requires-python", "tool.poetry.dependencies": "python"}.get(section)
        match = re.match(rf"{key}[ \t]*=[ \t]*[\"']([^\"']+)[\"']", line) if key else None
        if match:
            wanted = _python_range(match[1])
            return (at, at + match.end(), wanted) if wanted else None
        at += len(line)
    return None


def _python_range(text: str) -> Wanted | None:
    """The releases that a specifier of PEP 440 or Poetry takes; None where it holds what is not known here."""
    least: Version = ()
    below: Version = ()
    for part in text.split(","):
        match = re.fullmatch(r"\s*(>=|<|~=|\^|~|==|!=)\s*(\d+(?:\.\d+){0,2})(\.\*)?\s*", part)
        if match is None or (match[1] == "==") != bool(match[3]):
            return None
        sign, version = match[1], _parts(match[2])
        if sign == "!=":
            continue
        if sign == "<":
            below = version
        else:
            least = version
            if sign in ("==", "~") or (sign == "~=" and len(version) == 3):
                below = (*version[:1], version[1] + 1) if len(version) > 1 else (version[0] + 1,)
            elif sign in ("^", "~="):
                below = (version[0] + 1,)
    return Wanted(f"Python `{text}`", least, below)


def _builds_ruby(command: Command) -> bool:
    return command.name == "bundle" and _words(command)[:1] in ([], ["install"])


def _read_ruby(text: str) -> tuple[int, int, Wanted] | None:
    match = re.search(r"^ruby[ \t(]+[\"'](\d+\.\d+\.\d+)[\"'][ \t)]*(?:#.*)?\r?$", text, re.MULTILINE)
    if match is None:
        return None
    version = _parts(match[1])
    return match.start(), match.end(1), Wanted(f"Ruby {match[1]}", version, (*version[:2], version[2] + 1))


def _builds_rust(command: Command) -> bool:
    words = _words(command)
    return command.name == "cargo" and words[:1] in (["build"], ["b"], ["test"], ["check"], ["run"])


def _read_rust(text: str) -> tuple[int, int, Wanted] | None:
    match = re.search(r"^rust-version[ \t]*=[ \t]*\"(\d+\.\d+(?:\.\d+)?)\"", text, re.MULTILINE)
    if match:
        return match.start(), match.end(), Wanted(f"Rust {match[1]}", _parts(match[1]), asked_since=(1, 56))
    edition = re.search(r"^edition[ \t]*=[ \t]*\"(\d{4})\"", text, re.MULTILINE)
    least = EDITIONS.get(edition[1]) if edition else None
    if edition is None or least is None:
        return None
    return (
        edition.start(),
        edition.end(),
        Wanted(f"the edition {edition[1]} of Rust, which {_written(least)} brought", least),
    )


# The release that brought each edition.
EDITIONS: dict[str, Version] = {"2018": (1, 31), "2021": (1, 56), "2024": (1, 85)}


@cache
def _go_switch() -> re.Pattern[str]:
    return re.compile(r"GOTOOLCHAIN|GO111MODULE=off|go\.dev/dl|golang\.org/dl")


LANGUAGES = {
    "golang": Language("Go", "go.mod", _builds_go, _read_go, _go_switch()),
    "python": Language("Python", "pyproject.toml", _builds_python, _read_python),
    "ruby": Language("Ruby", "Gemfile", _builds_ruby, _read_ruby),
    "rust": Language("Rust", "Cargo.toml", _builds_rust, _read_rust, re.compile(r"rustup|\+nightly|RUSTC_BOOTSTRAP")),
}
