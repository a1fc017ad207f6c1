"""What the rules say about themselves: the list, the page in a terminal, the pages and tables of the docs.

`python -m dagdock.docs` writes docs/rules, docs/coverage.md and the table between the markers in README.md anew.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dagdock import coverage
from dagdock.examples import unmark
from dagdock.hooks import Rules
from dagdock.names import Vocabulary
from dagdock.report.excerpt import Place, listing
from dagdock.report.page import KIND_TITLES, example_files, ignore_comment, option_table, page, why
from dagdock.report.terminal import Terminal, wants_color, width_of, wrapped
from dagdock.rule import KINDS, Files, Rule
from dagdock.tables import toml
from dagdock.text import Source

FOLDER = "docs/rules"
README = "README.md"
BEGIN, END = "<!-- rules: begin -->", "<!-- rules: end -->"
FIX_WORDS = {"none": "no fix", "safe": "fixed by --fix", "unsafe": "fixed by --unsafe-fixes"}


def rules_command(arguments: argparse.Namespace) -> int:
    """`dagdock rules`: every installed rule. Gives the exit status."""
    rules = Rules()
    found = rules.all()
    if arguments.format == "json":
        import json

        lines = ",\n ".join(json.dumps(about(rule)) for rule in found)
        print(f"[{lines}]")
    else:
        # Only a terminal has an edge to keep to; `grep` wants the whole line.
        show_rules(found, _terminal(width=None if sys.stdout.isatty() else 1000))
    return _tell_faults(rules)


def explain_command(arguments: argparse.Namespace) -> int:
    """`dagdock explain RULE`: the pages of the rules that a name means. Gives the exit status."""
    rules = Rules()
    vocabulary = Vocabulary(rules)
    name: str = arguments.rule.strip()
    found = vocabulary.find(name)
    terminal = _terminal()
    if not found:
        fault = vocabulary.fault(name, foreign=False) or f"no rule is called `{name}`"
        advice = "" if fault.endswith("?") else "; `dagdock rules` lists them all"
        print(f"dagdock: {fault}{advice}", file=sys.stderr)
        return 2
    if len(found) > 3:
        show_rules(found, terminal)
    for number, rule in enumerate(found if len(found) <= 3 else []):
        if number:
            terminal.line()
        explain(rule, terminal)
    return _tell_faults(rules)


def _terminal(width: int | None = None) -> Terminal:
    return Terminal(sys.stdout, color=wants_color(sys.stdout), width=width)


def _tell_faults(rules: Rules) -> int:
    for fault in rules.faults:
        print(f"dagdock: {fault}", file=sys.stderr)
    return 2 if rules.faults else 0


def about(rule: Rule) -> dict[str, Any]:
    """One rule in the list for scripts."""
    return {
        "code": rule.code,
        "name": rule.name,
        "summary": rule.summary,
        "kind": rule.kind,
        "severity": rule.severity,
        "default": rule.default,
        "fix": rule.fix,
        "tags": list(rule.tags),
        "lessons": list(rule.lessons),
        "aliases": list(rule.aliases),
        "since": rule.since,
    }


def show_rules(rules: Sequence[Rule], terminal: Terminal) -> None:
    """The list for people: a line a rule, the kinds apart."""
    codes = max((len(rule.code) for rule in rules), default=0)
    names = max((len(rule.name) for rule in rules), default=0)
    for kind in KINDS:
        own = [rule for rule in rules if rule.kind == kind]
        if own:
            terminal.line(terminal.paint(KIND_TITLES[kind], "strong"))
        for rule in own:
            severity = terminal.paint(f"{rule.severity:7}", rule.severity if rule.default else "dim")
            fix = {"none": "   ", "safe": "fix", "unsafe": "(fix)"}[rule.fix]
            summary = _cut(rule.summary, max(terminal.width - codes - names - 21, 20))
            state = "" if rule.default else terminal.paint(" off", "dim")
            terminal.line(f"  {rule.code:{codes}} {rule.name:{names}} {severity}{state} {fix:5} {summary}")
        if own:
            terminal.line()
    fixable = sum(rule.fix == "safe" for rule in rules)
    unsafe = sum(rule.fix == "unsafe" for rule in rules)
    terminal.line(
        f"{len(rules)} rules; fix: --fix mends it ({fixable}), (fix): --unsafe-fixes does ({unsafe}), "
        "off: not on by default. `dagdock explain RULE` tells more."
    )


def _cut(text: str, width: int) -> str:
    return text if width_of(text) <= width else text[: width - 1].rstrip() + "…"


def explain(rule: Rule, terminal: Terminal) -> None:
    """A rule's page for a terminal."""
    title = terminal.paint(rule.code, rule.severity)
    terminal.line(f"{title} {terminal.paint(rule.name, 'strong')}")
    terminal.line(rule.summary)
    terminal.line()
    state = "on by default" if rule.default else "off by default"
    facts = [KIND_TITLES[rule.kind], rule.severity, state, FIX_WORDS[rule.fix], f"since {rule.since}"]
    terminal.line(terminal.paint(" · ".join(facts), "dim"))
    if rule.aliases:
        for line in wrapped("same idea elsewhere: " + ", ".join(rule.aliases), terminal.width):
            terminal.line(terminal.paint(line, "dim"))
    terminal.line()
    for line in _reflowed(why(rule), terminal.width):
        terminal.line(line)
    for bad in rule.bad:
        _show_example("Bad", rule, bad.files, terminal)
        if bad.fixed is not None:
            _show_example("After the fix", rule, bad.fixed, terminal)
    for good in rule.good:
        _show_example("Good", rule, good, terminal)
    if rule.options:
        _heading("Options, with their defaults, in dagdock.toml", terminal)
        for line in option_table(rule).splitlines():
            terminal.line(f"  {line}")
    _heading("Silence it", terminal)
    terminal.line(f"  {ignore_comment(rule)}")
    if rule.references:
        _heading("Read on", terminal)
        for link in rule.references:
            terminal.line(f"  {terminal.paint(link, 'link')}")


def _heading(text: str, terminal: Terminal) -> None:
    terminal.line()
    terminal.line(terminal.paint(text, "strong"))


def _show_example(title: str, rule: Rule, example: str | Files, terminal: Terminal) -> None:
    _heading(title, terminal)
    files = example_files(rule, example)
    for path, marked in files.items():
        text, stretches = unmark(marked)
        if len(files) > 1:
            terminal.line(f"  {terminal.paint(path if text else f'{path}, empty', 'dim')}")
        source = Source(path, text)
        places = [Place(source.span(start, end), rule.severity) for start, end in stretches]
        for line in listing(source, places, terminal):
            terminal.line(line)


def _reflowed(text: str, width: int) -> Iterator[str]:
    """Paragraphs broken anew for the width at hand; lists, tables and indented text stay as they are."""
    for number, paragraph in enumerate(text.split("\n\n") if text else []):
        if number:
            yield ""
        lines = paragraph.splitlines()
        if any(line.startswith((" ", "-", "*", "|", "`" * 3)) or line[:1].isdigit() for line in lines):
            yield from lines
        else:
            yield from wrapped(paragraph, width)


def pages(rules: Iterable[Rule]) -> dict[str, str]:
    """Every page of the docs about rules, by path from the repository's root."""
    listed = list(rules)
    made = {f"{FOLDER}/{rule.kind}/{rule.name}.md": page(rule) for rule in listed}
    made[f"{FOLDER}/README.md"] = _index(listed)
    return made


def _index(rules: Sequence[Rule]) -> str:
    parts = [
        "# The rules",
        "Made from the rules themselves by `python -m dagdock.docs`; the severities are those in force "
        "where the configuration says nothing else.",
    ]
    for kind in KINDS:
        own = [rule for rule in rules if rule.kind == kind]
        if own:
            parts += [f"## {KIND_TITLES[kind]}", table(own, kind)]
    return "\n\n".join(parts) + "\n"


def table(rules: Sequence[Rule], folder: str) -> str:
    """A Markdown table of rules; each links to its page below `folder`."""
    rows = ["| code | rule | finds | severity | fix |", "|---|---|---|---|---|"]
    for rule in rules:
        link = f"[{rule.name}]({folder}/{rule.name}.md)"
        severity = rule.severity if rule.default else f"{rule.severity}, off by default"
        fix = "" if rule.fix == "none" else rule.fix
        rows.append(f"| {rule.code} | {link} | {_cell(rule.summary)} | {severity} | {fix} |")
    return "\n".join(rows)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def readme_table(rules: Sequence[Rule]) -> str:
    """What stands between the markers in the README: how many rules there are of each kind, and where they are."""
    rows = ["| kind | rules | on by default | with a fix |", "|---|---|---|---|"]
    for kind in KINDS:
        own = [rule for rule in rules if rule.kind == kind]
        if own:
            title = KIND_TITLES[kind]
            link = f"[{title}]({FOLDER}/README.md#{title.lower().replace(' ', '-')})"
            fixes = sum(rule.fix != "none" for rule in own)
            rows.append(f"| {link} | {len(own)} | {sum(rule.default for rule in own)} | {fixes} |")
    return "\n".join(rows)


def with_table(readme: str, rules: Sequence[Rule]) -> str:
    """A README with the table between its markers made anew; without markers it stays as it is."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    return f"{before}{begin}\n\n{readme_table(rules)}\n\n{end}{after}" if begin and end else readme


def outdated(root: str, made: Mapping[str, str]) -> Iterator[str]:
    """The paths below `root` that differ from what the rules say now, pages without a rule among them."""
    for path, text in made.items():
        if _read(os.path.join(root, path)) != text:
            yield path
    for folder, _, names in os.walk(os.path.join(root, FOLDER)):
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/")
            if path not in made:
                yield path


def everything(root: str) -> dict[str, str]:
    """All generated texts of a checkout by path: the pages of the built-in rules, what they say about other linters'
    codes, and the README. Raises PluginFault where the rules do not load."""
    loaded = Rules(third_party=False)
    rules = loaded.all()
    if loaded.faults:
        raise loaded.faults[0]  # pages of rules that do not load would be taken for old ones
    made = pages(rules)
    coverage_data = _read(os.path.join(root, coverage.DATA))
    if coverage_data is not None:
        made[coverage.PAGE] = coverage.page(rules, toml(coverage_data))
    readme = _read(os.path.join(root, README))
    if readme is not None:
        made[README] = with_table(readme, rules)
    return made


def _read(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m dagdock.docs", description=__doc__)
    parser.add_argument("root", nargs="?", default=".", help="the checkout (default: the current folder)")
    root = parser.parse_args(arguments).root
    made = everything(root)
    for path in sorted(outdated(root, made)):
        full = os.path.join(root, path)
        if path in made:
            os.makedirs(os.path.dirname(full) or ".", exist_ok=True)
            with open(full, "w", encoding="utf-8", newline="") as file:
                file.write(made[path])
        else:
            os.remove(full)
        print(f"{'wrote' if path in made else 'removed'} {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
