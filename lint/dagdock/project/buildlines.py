"""`docker build -f docker/web/Dockerfile .` in a Makefile, script, workflow or comment: which folder it builds from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from posixpath import basename, dirname, join, normpath

from dagdock.facts import Facts, inside

_SCRIPTS = ("makefile", "gnumakefile", "justfile", "taskfile.yml", "taskfile.yaml", "readme.md", ".gitlab-ci.yml")
# Options of `docker build` whose next word is no context.
_VALUED = frozenset(("-t", "--tag", "--build-arg", "--target", "--platform", "--label", "-o", "--output", "--secret"))


def contexts_in_scripts(facts: Facts, path: str) -> set[str]:
    """The folders (relative to the root) that build commands of the project state for a Dockerfile."""
    found: set[str] = set()
    for place in _places(facts, path):
        content = facts.read(place) or b""
        if b"build" in content and basename(path).encode("utf-8", "replace") in content:
            text = content.decode("utf-8", "replace")
            for file, context in (*_commands(text), *_workflow_steps(text)):
                folder = _base(path, file)
                if folder is not None and (clean := inside(join(folder, context))) is not None:
                    found.add(clean)
    return found


def _places(facts: Facts, path: str) -> Iterator[str]:
    """The Dockerfile itself (its comments), scripts beside it and in the root, workflows."""
    yield path
    for folder in dict.fromkeys((dirname(path) or ".", ".")):
        for name in facts.names(folder):
            if name.lower() in _SCRIPTS or name.endswith((".sh", ".mk")):
                yield normpath(join(folder, name))
    for name in facts.names(".github/workflows"):
        yield f".github/workflows/{name}"


def _commands(text: str) -> Iterator[tuple[str, str]]:
    """The file and the context of each `docker build` that names a file."""
    for match in _build().finditer(re.sub(r"\\\r?\n", " ", text)):
        file, context = None, None
        words = iter(match["words"].split())
        for word in words:
            if word in ("-f", "--file"):
                file = next(words, None)
            elif word.startswith("--file="):
                file = word[7:]
            elif word in _VALUED:
                next(words, None)
            elif not word.startswith("-"):
                context = context or word
        if file and context and _is_plain(file) and _is_plain(context):
            yield file.strip("\"'"), context.strip("\"'`);,")


def _workflow_steps(text: str) -> Iterator[tuple[str, str]]:
    """`file` and `context` of a docker/build-push-action; without a context it builds from the repository's root."""
    for step in re.split(r"\n\s*- ", text):
        file = re.search(r"^\s*file:\s*[\"']?([\w./-]+)", step, re.MULTILINE)
        if file and "build-push-action" in step:
            context = re.search(r"^\s*context:\s*[\"']?([^\s\"'#]+)", step, re.MULTILINE)
            if context is None or _is_plain(context[1]):
                yield file[1], context[1] if context else "."


def _base(path: str, file: str) -> str | None:
    """The folder in which `file` means the Dockerfile at `path`; None where it is another one."""
    clean = normpath(file)
    if clean == path:
        return "."
    return path[: -len(clean) - 1] if path.endswith(f"/{clean}") else None


def _is_plain(word: str) -> bool:
    return not any(sign in word for sign in "$<{") and "://" not in word


@cache
def _build() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:docker|podman|nerdctl)[ \t]+(?:(?:buildx|image)[ \t]+)?build[ \t]+(?P<words>[^\n|&;]{0,1000})"
    )
