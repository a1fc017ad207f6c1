"""Python requirements: what a requirement file or a `pip install` names, with its version."""

from __future__ import annotations

from dagdock.text import Span, Text


class Requirement:
    """One package that something installs: `apache-airflow[postgres]==2.9.1`.

    `name` is normalised (lower case, `-` for `_` and `.`) and stands where it is written; `specifier` is the version
    part as written (`==2.9.1`, empty where there is none); `extras` are the names in brackets.
    """

    __slots__ = ("extras", "name", "span", "specifier")

    def __init__(self, name: Text, specifier: str, extras: tuple[str, ...], span: Span) -> None:
        self.name = name
        self.specifier = specifier
        self.extras = extras
        self.span = span

    @property
    def version(self) -> str | None:
        """The one version that `==` pins; None where any other may be installed."""
        raise NotImplementedError
