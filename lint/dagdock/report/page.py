"""A rule's page as Markdown: in the docs and in code scanning. The rule is its only source."""

from __future__ import annotations

from collections.abc import Iterator

from dagdock.examples import as_files, unmark
from dagdock.rule import FILE_NAMES, Files, Option, Rule
from dagdock.text import Source

KIND_TITLES = {
    "dockerfile": "Dockerfile",
    "compose": "Compose",
    "dag": "Airflow DAG",
    "project": "Across files",
}
FIX_WORDS = {
    "none": "none; it needs a decision of yours",
    "safe": "`dagdock check --fix` does it",
    "unsafe": "`dagdock check --unsafe-fixes` does it; read what it changed",
}


def page(rule: Rule) -> str:
    """The whole page with its heading."""
    return f"# {rule.code} {rule.name}\n\n{facts(rule)}\n\n{body(rule)}"


def facts(rule: Rule) -> str:
    """What is to be known about a rule at a glance."""
    state = "on by default" if rule.default else "off by default; switch it on with `extend-select`"
    rows = [
        ("Looks at", KIND_TITLES[rule.kind]),
        ("Severity", rule.severity),
        ("Default", state),
        ("Fix", FIX_WORDS[rule.fix]),
        ("Same idea elsewhere", ", ".join(f"`{alias}`" for alias in rule.aliases)),
        ("Since", rule.since),
    ]
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows if value)])


def body(rule: Rule, heading: str = "##") -> str:
    """What, why, examples, options, how to silence it, references. `heading` is the mark of its headings."""
    parts = [rule.summary, why(rule)]
    for bad in rule.bad:
        parts += [f"{heading} Bad", *_files(rule, bad.files)]
        if bad.fixed is not None:
            parts += [f"{heading} After the fix", *_files(rule, bad.fixed)]
    if rule.good:
        parts.append(f"{heading} Good")
        for number, good in enumerate(rule.good):
            parts += ["Also good:"] if number else []
            parts += _files(rule, good)
    if rule.options:
        parts += [f"{heading} Options", fenced(option_table(rule), "toml")]
    parts += [f"{heading} Silence it", f"Write `{ignore_comment(rule)}` on the line above, with your reason."]
    if rule.references:
        parts += [f"{heading} References", "\n".join(f"- <{link}>" for link in rule.references)]
    return "\n\n".join(part for part in parts if part) + "\n"


def why(rule: Rule) -> str:
    """The docstring without its first line and the references it ends with."""
    lines = [line for line in rule.doc.splitlines()[1:] if line not in rule.references]
    return "\n".join(lines).strip()


def ignore_comment(rule: Rule) -> str:
    return f"# dagdock: ignore[{rule.code}] -- reason"


def option_table(rule: Rule) -> str:
    """The rule's table for `dagdock.toml`, with the defaults."""
    return "\n".join([f"[rules.{rule.name}]", *(f"{name} = {toml(value)}" for name, value in rule.options.items())])


def toml(value: Option) -> str:
    """An option's value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        import json

        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, (int, float)):
        return str(value)
    return "[" + ", ".join(toml(item) for item in value) + "]"


def example_files(rule: Rule, example: str | Files) -> dict[str, str]:
    """The files of an example by path, marks included."""
    return as_files(example, FILE_NAMES.get(rule.kind, "Dockerfile"))


def _files(rule: Rule, example: str | Files) -> Iterator[str]:
    files = example_files(rule, example)
    for path, marked in files.items():
        text, stretches = unmark(marked)
        if len(files) > 1:
            yield f"`{path}`{'' if text else ', empty'}"
        if text:
            yield fenced(text, language(path))
        source = Source(path, text)
        if stretches:
            yield "Flagged: " + "; ".join(_flagged(source, start, end) for start, end in stretches) + "."


def _flagged(source: Source, start: int, end: int) -> str:
    """Which line, and what on it."""
    first, last = source.position(start).line, source.position(max(start, end - 1)).line
    if first != last:
        return f"lines {first} to {last}"
    return f"line {first}, {code(source.text[start:end])}" if source.text[start:end].strip() else f"line {first}"


def fenced(text: str, language: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def code(text: str) -> str:
    """Inline code, whatever backticks it holds."""
    text = text.strip()
    ticks = "`"
    while ticks in text:
        ticks += "`"
    padding = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{padding}{text}{padding}{ticks}"


def language(path: str) -> str:
    """What a fence names the language of a file."""
    name = path.rpartition("/")[2].lower()
    if name.endswith(".py"):
        return "python"
    if name.endswith((".yaml", ".yml")):
        return "yaml"
    if name.endswith(".toml"):
        return "toml"
    if "ignore" not in name and ("dockerfile" in name or "containerfile" in name):
        return "dockerfile"
    return "text"
