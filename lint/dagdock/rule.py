"""What a rule is, the problems it reports, and the findings that become of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Literal

from dagdock.fix import Fix
from dagdock.text import Located, Span, Text

Severity = Literal["error", "warning", "info"]
Kind = Literal["dockerfile", "compose", "dag", "project"]
Precision = Literal["very-high", "high", "medium", "low"]
Option = int | float | str | bool | list[str] | dict[str, str]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
KINDS: tuple[Kind, ...] = ("dockerfile", "compose", "dag", "project")
FAMILIES: dict[str, Kind] = {"DF": "dockerfile", "DC": "compose", "AF": "dag", "PJ": "project"}
"""The letters that the built-in rules' codes begin with, by the kind of file they are for."""
FILE_NAMES = {"dockerfile": "Dockerfile", "compose": "compose.yaml", "dag": "dags/example.py"}


class Related:
    """Another place that belongs to a problem, in the same file or in another one."""

    __slots__ = ("message", "span")

    def __init__(self, where: Located, message: str) -> None:
        self.span = where.span
        self.message = message


class Problem:
    """What a rule has to say about one place.

    The message names the thing, the consequence and the remedy in one or two sentences, in the words of the user's
    file. `severity` and `aliases` are given only where this problem differs from the rule's own; `code` where it is
    known under the code of the program that found it (`SC2086`).
    """

    __slots__ = ("aliases", "code", "fix", "message", "related", "severity", "span")

    def __init__(
        self,
        where: Located,
        message: str,
        *,
        fix: Fix | None = None,
        related: Iterable[Related] = (),
        severity: Severity | None = None,
        aliases: Sequence[str] | None = None,
        code: str | None = None,
    ) -> None:
        self.span = where.span
        self.message = message
        self.fix = fix
        self.related = tuple(related)
        self.severity: Severity | None = severity
        self.aliases = aliases
        self.code = code


Problems = Iterator[Problem]
Files = Mapping[str, str]


class Bad:
    """An example that must be flagged, exactly where `«…»` marks it (`«»` marks an empty place).

    `files` is the text of one file, or several files by path for a rule that looks across files. `fixed` is what
    the fix makes of it: the whole text of that file, or the files that change.
    """

    __slots__ = ("files", "fixed")

    def __init__(self, files: str | Files, fixed: str | Files | None = None) -> None:
        self.files = files
        self.fixed = fixed


Good = str | Files


class Rule:
    """A check with all there is to say about it. Made by the decorator `rule`, never changed afterwards."""

    __slots__ = (
        "aliases",
        "bad",
        "check",
        "code",
        "default",
        "fix",
        "good",
        "kind",
        "lessons",
        "name",
        "node",
        "options",
        "plugin",
        "precision",
        "security",
        "severity",
        "since",
        "tags",
        "takes_project",
        "under",
        "words",
        "words_near",
    )

    def __init__(self, code: str, check: Callable[..., Problems], node: str, **about: Any) -> None:
        self.code = code
        self.check = check
        self.node = node
        """The name of the type that it looks at."""
        self.name = check.__name__.replace("_", "-")
        self.options: dict[str, Option] = {
            name.replace("_", "-"): default for name, default in (check.__kwdefaults__ or {}).items()
        }
        self.takes_project = check.__code__.co_argcount > 1
        self.kind: Kind = about["kind"]
        self.severity: Severity = about["severity"]
        self.default: bool = about["default"]
        self.precision: Precision = about["precision"]
        self.security: float | None = about["security"]
        self.since: str = about["since"]
        self.fix: Literal["none", "safe", "unsafe"] = about["fix"]
        self.tags: tuple[str, ...] = tuple(about["tags"])
        self.lessons: tuple[str, ...] = tuple(about["lessons"])
        self.aliases: tuple[str, ...] = tuple(about["aliases"])
        self.bad: tuple[Bad, ...] = tuple(about["bad"])
        self.good: tuple[Good, ...] = tuple(about["good"])
        self.words: tuple[str, ...] = tuple(about["words"])
        """Of these one must stand in a file, or the rule is not asked about it."""
        self.words_near: bool = about["words_near"]
        """Whether one must stand in the very node, too."""
        self.plugin = check.__module__.partition(".")[0]
        self.under: dict[str, Rule] = {}
        """The rule by the codes of another program that its findings carry."""

    def as_code(self, code: str) -> Rule:
        """The same rule under the code of another program, always the same object for the same code."""
        if code not in self.under:
            from copy import copy

            self.under[code] = copy(self)
            self.under[code].code = code
        return self.under[code]

    def may_speak(self, text: str) -> bool:
        """Whether one of its `words` stands in a text, or it has none."""
        for word in self.words:  # a loop of its own: `any` takes longer, and this is asked for each file
            if word in text:
                return True
        return not self.words

    def looks_at(self, node: type) -> bool:
        """Whether it looks at nodes of a type: types are told by their names, so that a rule about Compose files is
        known without the Compose model."""
        return self.node in _names_of(node)

    @property
    def doc(self) -> str:
        """The rule's page: a summary line, then why, then references."""
        return _dedent(self.check.__doc__ or "")

    @property
    def summary(self) -> str:
        return self.doc.partition("\n")[0].strip()

    @property
    def references(self) -> list[str]:
        """The pages that the docstring ends with."""
        return [line for line in self.doc.splitlines() if line.startswith(("https://", "http://"))]

    def __repr__(self) -> str:
        return f"<rule {self.code} {self.name}>"


@cache
def _names_of(node: type) -> frozenset[str]:
    """The names of a type and of those it is made from."""
    return frozenset(base.__name__ for base in node.__mro__)


def rule(
    code: str,
    *,
    severity: Severity,
    since: str,
    bad: Sequence[Bad],
    good: Sequence[Good],
    default: bool = True,
    fix: Literal["none", "safe", "unsafe"] = "none",
    kind: Kind | None = None,
    precision: Precision = "high",
    security: float | None = None,
    aliases: Sequence[str] = (),
    lessons: Sequence[str] = (),
    tags: Sequence[str] = (),
    words: Sequence[str] = (),
    words_near: bool = False,
) -> Callable[[Callable[..., Problems]], Rule]:
    """Make a rule of a function.

    The function's name is the rule's name, its docstring the rule's page, the type of its first parameter what it
    looks at; a second positional parameter receives the project; keyword parameters are its options.

    `kind` says which files the rule belongs to; it follows from the type of the first parameter, and is given only
    for a rule that needs two files to know (`"project"`). Such a rule imports the types it names for type checkers
    only (`if TYPE_CHECKING:`): it is loaded with files of any kind, and the models of the others should stay
    unloaded. `default=False` makes it opt-in. `precision` is how sure a finding is, `security` the severity of a
    security rule (above 0, up to 10) as code scanning shows it. `aliases` are peers' codes (`hadolint:DL3008`),
    `lessons` what the rule teaches. `words` spare time: the rule is not asked about a file in whose text none of them
    stands (`wget` for a rule about calls of wget); give them only where that cannot silence it. With `words_near` it is
    asked about those nodes only in whose own text one of them stands.

    Raises TypeError where the function cannot be a rule.
    """

    def make(check: Callable[..., Problems]) -> Rule:
        arguments = check.__code__.co_varnames[: check.__code__.co_argcount]
        if not 1 <= len(arguments) <= 2:
            raise TypeError(f"{check.__name__}: a rule takes what it looks at and, if it likes, the project")
        annotation = check.__annotations__.get(arguments[0])
        node = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "")
        if not node:
            raise TypeError(f"{check.__name__}: the first parameter needs a type: what the rule looks at")
        of_node: Kind | None = kind or getattr(check.__globals__.get(node), "kind", None)
        if of_node not in KINDS:
            raise TypeError(f"{check.__name__}: {node} is nothing a rule can look at, or give `kind`")
        return Rule(
            code,
            check,
            node,
            severity=severity,
            since=since,
            bad=bad,
            good=good,
            default=default,
            fix=fix,
            kind=of_node,
            precision=precision,
            security=security,
            aliases=aliases,
            lessons=lessons,
            tags=tags,
            words=words,
            words_near=words_near,
        )

    return make


class Finding:
    """One problem of one rule, with its severity settled: what reporters, fixes and editors work on."""

    __slots__ = ("aliases", "fix", "message", "related", "rule", "severity", "span")

    def __init__(self, rule: Rule, problem: Problem, severity: Severity) -> None:
        self.rule = rule.as_code(problem.code) if problem.code else rule
        self.severity: Severity = severity
        self.span: Span = problem.span
        self.message = problem.message
        self.fix = problem.fix
        self.related = problem.related
        self.aliases: tuple[str, ...] = rule.aliases if problem.aliases is None else tuple(problem.aliases)

    @property
    def path(self) -> str:
        return self.span.source.path

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """Findings are sorted by path, position, code."""
        return (self.path, self.span.start, self.span.end, self.rule.code, self.message)

    def __repr__(self) -> str:
        return f"<{self.rule.code} {self.span!r}: {self.message}>"


class Suppression:
    """A comment that silences findings, ours or a peer's; rules look at it when everything else has been found.

    `span` is the comment, `covers` the stretch of the file that it speaks about, `names` the rules it names, each
    with its place. `idle` are the names that silenced nothing although their rule ran, `unknown` the names that no
    rule has with the nearest right one (empty where none is near), `fault` what is wrong with the comment as a whole.
    `remedy` takes out what does nothing.
    """

    kind: Kind = "project"

    __slots__ = ("covers", "fault", "idle", "names", "reason", "remedy", "span", "style", "unknown", "used")

    def __init__(
        self, span: Span, covers: Span, style: str, names: Sequence[Text], reason: str, fault: str | None
    ) -> None:
        self.span = span
        self.covers = covers
        self.style = style
        """How it is written: `dagdock`, or the peer (`hadolint`, `buildkit`, `dclint`, `noqa`, …)."""
        self.names = tuple(names)
        self.reason = reason
        self.fault = fault
        self.used: set[Text] = set()
        self.idle: tuple[Text, ...] = ()
        self.unknown: dict[Text, str] = {}
        self.remedy: Fix | None = None

    def begin_anew(self) -> None:
        """Forget what it did: an editor asks again and again."""
        self.used = set()
        self.idle = ()
        self.unknown = {}
        self.remedy = None


def _dedent(doc: str) -> str:
    """A docstring without its indentation (`inspect.cleandoc` without importing `inspect`)."""
    first, *rest = doc.expandtabs().splitlines() or [""]
    margin = min((len(line) - len(line.lstrip()) for line in rest if line.strip()), default=0)
    return "\n".join([first.strip(), *(line[margin:].rstrip() for line in rest)]).strip()
