"""Findings made by hand: what a reporter shows must not depend on what today's rules find."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest

from dagdock.examples import unmark
from dagdock.report import writer
from dagdock.result import Result
from dagdock.rule import Finding, Problem, Problems, Rule, rule
from dagdock.text import Source, Span


class Line:
    """Something that a rule can look at."""

    kind = "dockerfile"


def made_rule(
    code: str = "DF203", name: str = "copy-before-install", plugin: str = "dagdock_rules", **about: Any
) -> Rule:
    def check(line: Line) -> Problems:
        """The source is copied before the dependencies are installed.

        Every change to any file then installs everything again.

        https://docs.docker.com/build/cache/
        """
        yield from ()

    check.__name__ = name.replace("-", "_")
    check.__module__ = plugin
    return rule(code, **{"severity": "warning", "since": "0.1", "bad": [], "good": [], **about})(check)


def marked(text: str, path: str = "Dockerfile") -> list[Span]:
    """The marked places of a source."""
    clean, stretches = unmark(text)
    source = Source(path, clean)
    return [source.span(start, end) for start, end in stretches]


def result_of(*problems: tuple[Rule, Problem]) -> Result:
    result = Result()
    result.findings = [Finding(rule, problem, problem.severity or rule.severity) for rule, problem in problems]
    result.rules = sorted({rule.code: rule for rule, _ in problems}.values(), key=lambda rule: rule.code)
    result.files = {"dockerfile": len({finding.path for finding in result.findings}) or 1}
    return result


def written(form: str, result: Result, **options: bool) -> str:
    stream = StringIO()
    writer(form)(result, stream, **options)
    return stream.getvalue()


class Kit:
    """The functions above, for tests: they cannot import a conftest."""

    rule = staticmethod(made_rule)
    marked = staticmethod(marked)
    result = staticmethod(result_of)
    written = staticmethod(written)

    def one(self, form: str, text: str, message: str = "wrong", **about: Any) -> str:
        """What a format writes about one problem at each mark."""
        rule = made_rule()
        return written(form, result_of(*((rule, Problem(span, message, **about)) for span in marked(text))))


@pytest.fixture
def kit() -> Kit:
    return Kit()
