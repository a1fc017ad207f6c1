"""Other linters in our terms: their codes, the comments that silence them, and their configuration files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Literal, NamedTuple

# What a code looks like, for the tools whose codes can be told from names.
_CODES = {
    "hadolint": r"DL\d{4}",
    "shellcheck": r"SC\d{4}",
    "trivy": r"(AVD-)?DS-?\d{3,4}",
    "checkov": r"CKV2?_[A-Z0-9]+_\d+",
    "sonar": r"S\d{4}",
    "compose-lint": r"CL-\d{4}",
    "pylint-airflow": r"[CEFRW]83\d\d",
    "ruff": r"[A-Z]{1,8}\d{1,4}",
}
TOOLS = frozenset(_CODES) | {
    "airflint",
    "bandit",
    "buildkit",
    "conformdag",
    "daglint",
    "dagruff",
    "data-pipeline-doctor",
    "dclint",
    "detect-secrets",
    "dockerfile-utils",
    "flake8-airflow",
    "kics",
    "pipeline-lint",
    "semgrep",
}

Scope = Literal["file", "stage", "statement", "line"]


class Comment(NamedTuple):
    """What a comment tells a linter to leave out.

    `names` are codes or names with their offset in the comment. A blanket comment names `TOOL:*`, all that this tool
    would say, or `ALL`. The statement of a comment is the one it stands behind, else the one that comes next.
    """

    style: str
    scope: Scope
    names: list[tuple[str, int]]
    reason: str = ""
    fault: str | None = None


def is_foreign(name: str) -> bool:
    """Whether a name is meant for another linter, by its tool (`hadolint:DL3059`) or its shape (`DL3059`)."""
    tool, colon, _ = name.partition(":")
    return tool.lower() in TOOLS if colon else _code_shapes().fullmatch(name.upper()) is not None


@cache
def _code_shapes() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{shape})" for shape in _CODES.values()))


def mentioned(text: str) -> bool:
    """Whether a text holds anything that `read_comment` could understand: a quick look before comments are sought."""
    folded = text.casefold()
    return any(word in folded for word in ("hadolint", "check=", "dclint", "noqa", "trivy:", "checkov:"))


def read_comment(comment: str, kind: str) -> Comment | None:
    """What a comment, from its `#` on, says to another linter in a file of that kind. None where it says nothing."""
    for pattern, kinds, style, scope in _comments():
        if kind in kinds and (match := pattern.match(comment) if style != "noqa" else pattern.search(comment)):
            named = match.groupdict()
            names = list(_words(named.get("names") or "", match.start("names") if named.get("names") else 0))
            if style == "hadolint" and not all(re.fullmatch(r"[A-Za-z]+\d+", name) for name, _ in names):
                return None  # hadolint takes a comment with anything but codes in it for an ordinary one
            if style == "buildkit":
                names = [("buildkit:*" if name == "all" else name, at) for name, at in names]
                if not names:
                    return None
            elif not names:
                names = [("ALL" if style == "noqa" else f"{style}:*", match.start())]
            return Comment(style, scope, names, (named.get("reason") or "").strip())
    return None


@cache
def _comments() -> list[tuple[re.Pattern[str], tuple[str, ...], str, Scope]]:
    def pattern(text: str) -> re.Pattern[str]:
        return re.compile(text, re.IGNORECASE)

    codes = r"(?P<names>[\w:.-]+(?:\s*,\s*[\w:.-]+)*)"
    dockerfile, compose, dag = ("dockerfile",), ("compose",), ("dag",)
    return [
        (pattern(rf"#\s*hadolint\s+global\s+ignore\s*=\s*{codes}"), dockerfile, "hadolint", "file"),
        (pattern(rf"#\s*hadolint\s+stage\s+ignore\s*=\s*{codes}"), dockerfile, "hadolint", "stage"),
        (pattern(rf"#\s*hadolint\s+ignore\s*=\s*{codes}"), dockerfile, "hadolint", "statement"),
        (pattern(rf"#\s*check\s*=\s*(?:[^;\s]+;)*\s*skip\s*=\s*{codes}"), dockerfile, "buildkit", "statement"),
        (pattern(r"#\s*dclint\s+disable-line\b(?P<names>[ \t,\w-]*)"), compose, "dclint", "line"),
        (pattern(r"#\s*dclint\s+disable\b(?!-)(?P<names>[ \t,\w-]*)"), compose, "dclint", "file"),
        (
            pattern(r"#\s*(?:ruff|flake8)\s*:\s*noqa(?:\s*:\s*(?P<names>[A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*))?"),
            dag,
            "noqa",
            "file",
        ),
        (pattern(r"#\s*noqa(?:\s*:\s*(?P<names>[A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*))?"), dag, "noqa", "line"),
        (pattern(rf"#\s*trivy:ignore:{codes}"), (*dockerfile, *compose), "trivy", "statement"),
        (pattern(r"#\s*checkov:skip=(?P<names>\w+)(?::(?P<reason>.*))?"), (*dockerfile, *compose), "checkov", "file"),
    ]


def _words(text: str, offset: int) -> Iterator[tuple[str, int]]:
    for match in re.finditer(r"[^\s,]+", text):
        yield match.group(), offset + match.start()


# Configuration files


HADOLINT_FILES = (".hadolint.yaml", ".hadolint.yml")
DCLINT_FILES = (".dclintrc", ".dclintrc.json", ".dclintrc.yaml", ".dclintrc.yml")
# Configurations that are programs: nothing here runs them.
DCLINT_PROGRAMS = tuple(
    f"{stem}.{ending}" for stem in (".dclintrc", "dclint.config") for ending in ("js", "cjs", "mjs", "ts")
)


def read_config(name: str, text: str) -> dict[str, object]:
    """A peer's configuration file as a table of our own keys. What has no counterpart here is left out.

    Raises ValueError where the file is no YAML (JSON is YAML).
    """
    table = _table(text)
    return _hadolint(table) if name in HADOLINT_FILES else _dclint(table)


def left_out(name: str, text: str) -> list[str]:
    """What of a peer's configuration file has no counterpart here, in words. Raises ValueError as `read_config`."""
    table = _table(text)
    if name in HADOLINT_FILES:
        return list(_left_of_hadolint(table))
    return list(_left_of_dclint(table))


def _table(text: str) -> Mapping[str, object]:
    import yaml

    try:
        table = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError) as problem:
        mark = getattr(problem, "problem_mark", None)
        reason = getattr(problem, "problem", None) or "nested too deep, or no YAML"
        raise ValueError(f"line {mark.line + 1}: {reason}" if mark else reason) from problem
    return {str(key): value for key, value in table.items()} if isinstance(table, Mapping) else {}


def _hadolint(table: Mapping[str, object]) -> dict[str, object]:
    ours: dict[str, object] = {"ignore": _strings(table.get("ignored"))}
    override = table.get("override")
    if isinstance(override, Mapping):
        # A code in several lists has the highest of them.
        levels = (("style", "info"), ("info", "info"), ("warning", "warning"), ("error", "error"))
        ours["severity"] = {code: ours_is for theirs, ours_is in levels for code in _strings(override.get(theirs))}
    registries = table.get("trustedRegistries")
    if trusted := [registries] if isinstance(registries, str) else _strings(registries):
        ours["trusted-registries"] = trusted
    schema = table.get("label-schema")
    if isinstance(schema, Mapping):
        ours["label-schema"] = {str(label): str(of) for label, of in schema.items()}
    if isinstance(table.get("strict-labels"), bool):
        ours["strict-labels"] = table["strict-labels"]
    threshold = {"error": "error", "warning": "warning", "info": "info", "style": "info"}
    threshold |= {"ignore": "never", "none": "never"}
    if str(table.get("failure-threshold")) in threshold:
        ours["fail-on"] = threshold[str(table["failure-threshold"])]
    if table.get("no-fail") is True:
        ours["fail-on"] = "never"
    if isinstance(table.get("disable-ignore-pragma"), bool):
        ours["hadolint-comments"] = not table["disable-ignore-pragma"]
    return ours


def read_environment(environment: Mapping[str, str]) -> dict[str, object]:
    """What hadolint's environment variables (`HADOLINT_IGNORE` …) say, as a table of our own keys; empty without any.

    How it prints is left out: that is for `dagdock check` to say.
    """
    given = {name[9:]: value.strip() for name, value in environment.items() if name.startswith("HADOLINT_")}
    table: dict[str, object] = {
        "ignored": _split(given.get("IGNORE")),
        "override": {level: _split(given.get(f"OVERRIDE_{level.upper()}")) for level in _HADOLINT_LEVELS},
        "trustedRegistries": _split(given.get("TRUSTED_REGISTRIES")),
        "failure-threshold": given.get("FAILURE_THRESHOLD", "").lower(),
    }
    labels = [label.partition(":") for label in _split(given.get("REQUIRE_LABELS"))]
    if labels:
        table["label-schema"] = {name.strip(): of.strip() or "text" for name, _, of in labels}
    for name, key in (
        ("NOFAIL", "no-fail"),
        ("STRICT_LABELS", "strict-labels"),
        ("DISABLE_IGNORE_PRAGMA", "disable-ignore-pragma"),
    ):
        if given.get(name):
            table[key] = given[name].lower() not in ("0", "false", "no", "off", "n", "f")
    return {key: value for key, value in _hadolint(table).items() if value not in ([], {})}


_HADOLINT_LEVELS = ("error", "warning", "info", "style")


def _split(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _dclint(table: Mapping[str, object]) -> dict[str, object]:
    ours: dict[str, object] = {"exclude": _strings(table.get("exclude"))}
    rules = table.get("rules")
    if isinstance(rules, Mapping):
        levels = {
            f"dclint:{name}": level[0] if isinstance(level, list) and level else level for name, level in rules.items()
        }
        ours["ignore"] = [name for name, level in levels.items() if level == 0]
        ours["extend-select"] = [name for name, level in levels.items() if level in (1, 2)]
        ours["severity"] = {
            name: "error" if level == 2 else "warning" for name, level in levels.items() if level in (1, 2)
        }
        options: dict[str, dict[str, object]] = {}
        for theirs, (name, option) in _DCLINT_OPTIONS.items():
            if (value := _options_of(rules.get(theirs[0])).get(theirs[1])) is not None:
                options.setdefault(name, {})[option] = value
        if options:
            ours["rules"] = options
    return ours


# dclint's options that a rule here has, too, by rule and option.
_DCLINT_OPTIONS = {
    ("no-build-and-image", "checkPullPolicy"): ("build-and-image", "check-pull-policy"),
    ("require-quotes-in-ports", "quoteType"): ("port-without-quotes", "quotes"),
}


def _options_of(level: object) -> Mapping[str, object]:
    """What stands behind the level of a rule: `[1, {"quoteType": "single"}]`."""
    given = level[1] if isinstance(level, list) and len(level) > 1 and level[0] != 0 else None
    return (
        {key: value for key, value in given.items() if isinstance(value, (bool, str))}
        if isinstance(given, dict)
        else {}
    )


_HADOLINT_KEYS = ("ignored", "override", "label-schema", "strict-labels", "no-fail", "disable-ignore-pragma")
_HADOLINT_PRINTS = {"format": "`--format`", "no-color": "`--color never`", "verbose": "`--verbose`"}


def _left_of_hadolint(table: Mapping[str, object]) -> Iterator[str]:
    for key, value in table.items():
        if key in _HADOLINT_PRINTS:
            yield f"`{key}`, which is an option here: {_HADOLINT_PRINTS[key]}"
        elif key == "override" and isinstance(value, Mapping):
            yield from (f"`override: {level}`, which is no level" for level in value if level not in _HADOLINT_LEVELS)
        elif key == "failure-threshold" and "fail-on" not in _hadolint({key: value}):
            yield f"`failure-threshold: {value}`, which is no level"
        elif key not in (*_HADOLINT_KEYS, "trustedRegistries", "failure-threshold"):
            yield f"`{key}`, which hadolint does not know either"


def _left_of_dclint(table: Mapping[str, object]) -> Iterator[str]:
    rules = table.get("rules")
    for name, level in rules.items() if isinstance(rules, Mapping) else ():
        if isinstance(level, list) and len(level) > 1 and level[0] != 0:
            given = level[1] if isinstance(level[1], dict) else {"": None}
            if any((name, option) not in _DCLINT_OPTIONS for option in given):
                yield f"the options of `{name}`"
        if (level[0] if isinstance(level, list) and level else level) not in (0, 1, 2):
            yield f"the level of `{name}`, which is none"
    for key in table:
        if key in ("quiet", "debug"):
            yield f"`{key}`, which is an option here: {'`--fail-on error`' if key == 'quiet' else '`--verbose`'}"
        elif key not in ("rules", "exclude", "$schema"):
            yield f"`{key}`, which dclint does not know either"


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
