from __future__ import annotations

from collections.abc import Sequence

from dagdock.api import Bad, Edit, Fix, Problem, Problems, Run, Word, rule

from ..packages import PackageCommand, installs


@rule(
    "DF327",
    severity="info",
    since="0.1",
    default=False,
    fix="safe",
    aliases=["sonar:S7018"],
    tags=["style"],
    bad=[
        Bad(
            "FROM debian:12\nRUN apt-get update && apt-get install -y \\\n    «git» \\\n    curl\n",
            fixed="FROM debian:12\nRUN apt-get update && apt-get install -y \\\n    curl \\\n    git\n",
        ),
    ],
    good=[
        "FROM debian:12\nRUN apt-get update && apt-get install -y \\\n    curl \\\n    git\n",
        "FROM debian:12\nRUN apt-get update && apt-get install -y git curl\n",
    ],
)
def unsorted_packages(run: Run) -> Problems:
    """A list of packages, one to a line, is not in alphabetical order.

    In a sorted list nobody adds a package twice, and a change shows as one line. Docker's own guide asks for it.

    https://docs.docker.com/build/building/best-practices/#sort-multi-line-arguments
    """
    for install in installs(run.script):
        words = install.packages
        lines = [word.span.line for word in words]
        if len(words) < 2 or len(set(lines)) < len(lines) or run.exec_form is not None or _shares_lines(install, lines):
            continue
        wanted = sorted(words, key=lambda word: word.text.strip("\"'").lower())
        if wanted != words:
            first = next(word for word, better in zip(words, wanted, strict=True) if word is not better)
            edits = [Edit(word, better.text) for word, better in zip(words, wanted, strict=True) if word is not better]
            yield Problem(
                first,
                f"the packages are not in alphabetical order from `{first.text}` on, so one is easily named twice. "
                "Sort them",
                fix=None if _has_comments(run, words) else Fix("Sort the packages", edits),
            )


def _shares_lines(install: PackageCommand, lines: Sequence[int]) -> bool:
    """Whether other words of the command stand on the packages' lines: not a plain list then."""
    packages = {id(word) for word in install.packages}
    return any(id(word) not in packages and word.span.line in lines for word in install.command.words)


def _has_comments(run: Run, words: Sequence[Word]) -> bool:
    """Whether comments stand between the packages, which belong to one of them."""
    return any(words[0].span.start < comment.span.start < words[-1].span.end for comment in run.comments)
