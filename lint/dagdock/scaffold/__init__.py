"""`dagdock new-rule`: a rule that works, with examples that pass, to be made into the one that is meant."""

from __future__ import annotations

import argparse
import keyword
import os
import re
import sys
from collections.abc import Iterable
from string import Template

from dagdock import __version__
from dagdock.hooks import BUILT_IN, Rules
from dagdock.rule import Kind, Rule

# Where a rule of ours goes if nobody says: to style, where there is one.
FAMILIES: dict[Kind, str] = {"dockerfile": "DF8", "compose": "DC8", "dag": "AF9", "project": "PJ1"}


def new_rule_command(arguments: argparse.Namespace) -> int:
    """`dagdock new-rule NAME --kind KIND [--code CODE|FAMILY] [--into PACKAGE]`. Gives the exit status."""
    package: str | None = arguments.into or _checkout()
    try:
        if package is None:
            raise ValueError("this is no checkout of dagdock; name the package of your plugin with --into")
        written = new_rule(arguments.name, arguments.kind, package, arguments.code or "")
    except (ValueError, OSError) as problem:
        print(f"dagdock: {problem}", file=sys.stderr)
        return 2
    for path in written:
        print(f"wrote {os.path.relpath(path)}")
    print("Its examples are its tests, and pass as they stand. Now say what you mean, and make them pass again.")
    if package_name(package) != BUILT_IN:
        print(f"dagdock finds the package by this in its pyproject.toml:\n\n{_entry_point(package_name(package))}")
    return 0


def new_rule(name: str, kind: Kind, package: str, code: str = "") -> list[str]:
    """Scaffold a rule in the folder of a package, and give the paths of what was written.

    `code` is a whole code or the beginning of one (a family), of which the next free is taken. Raises ValueError
    where name, package or code cannot be used; nothing is written then.
    """
    function = name.strip().lower().replace("-", "_")
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", function) or keyword.iskeyword(function):
        raise ValueError(f"`{name}` cannot be a rule's name; write words with `-` between them, such as latest-tag")
    path = os.path.join(package, kind, f"{function}.py")
    if os.path.exists(path):
        raise ValueError(f"{os.path.relpath(path)} is there already")
    rules = Rules().all()
    for rule in rules:
        if rule.name == function.replace("_", "-"):
            raise ValueError(f"`{rule.name}` is a rule already: {rule.code} of {rule.plugin}")
    family = code or _family(kind, package_name(package))
    values = {
        "code": next_code(family, _codes(rules, package)),
        "function": function,
        "since": ".".join(__version__.split(".")[:2]),
    }
    texts = {path: _template(kind).substitute(values)}
    for missing, text in (("__init__.py", _template("package").template), (os.path.join(kind, "__init__.py"), "")):
        full = os.path.join(package, missing)
        if not os.path.exists(full):
            texts[full] = text
    os.makedirs(os.path.dirname(path), exist_ok=True)
    for written, text in texts.items():
        with open(written, "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    return sorted(texts)


def package_name(package: str) -> str:
    """The name of the package in a folder. Raises ValueError where it cannot be one."""
    name = os.path.basename(os.path.abspath(package))
    if not name.isidentifier():
        raise ValueError(f"`{name}` cannot be a package; --into names the folder with the plugin's __init__.py")
    return name


def _family(kind: Kind, package: str) -> str:
    """The beginning of a code where none is given: a stranger's rules carry the letters of their package."""
    if package == BUILT_IN:
        return FAMILIES[kind]
    return re.sub("[^A-Z]", "", package.removeprefix("dagdock_").upper())[:6] or "X"


def next_code(code: str, taken: Iterable[str]) -> str:
    """The code itself where it is a whole one, else the next free one that begins with it. Raises ValueError."""
    code = code.upper()
    shape = re.fullmatch(r"([A-Z]+)(\d{0,3})", code)
    if not shape:
        raise ValueError(f"`{code}` is no code; a code is letters and three digits, such as DF203")
    used = set(taken)
    letters, digits = shape.groups()
    if len(digits) == 3:
        if code in used:
            raise ValueError(f"{code} is taken; `--code {letters}{digits[0]}` takes the next free code")
        return code
    # Counted on from the last in use: the code of a rule that is gone may still stand in somebody's comment.
    width = 3 - len(digits)
    numbers = [int(other[-width:]) for other in used if re.fullmatch(rf"{code}\d{{{width}}}", other)]
    number = max(numbers, default=0 if digits else 100) + 1
    if number >= 10**width:
        raise ValueError(f"{code} has no free code left")
    return f"{code}{number:0{width}}"


def _codes(rules: Iterable[Rule], package: str) -> set[str]:
    """The codes in use: of all installed rules, and of those in a package that may not be installed yet."""
    codes = {rule.code for rule in rules}
    for folder, _, names in os.walk(package):
        for name in names:
            if name.endswith(".py"):
                with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                    codes.update(re.findall(r'^@rule\(\s*"([A-Z]+\d{3})"', file.read(), re.MULTILINE))
    return codes


def _checkout() -> str | None:
    """The package of the built-in rules in the checkout that we stand in."""
    folder = os.getcwd()
    while True:
        package = os.path.join(folder, "rules", BUILT_IN)
        if os.path.isfile(os.path.join(package, "__init__.py")):
            return package
        if folder == os.path.dirname(folder):
            return None
        folder = os.path.dirname(folder)


def _entry_point(package: str) -> str:
    return f'[project.entry-points.dagdock]\n{package.removeprefix("dagdock_")} = "{package}"'


def _template(name: str) -> Template:
    with open(os.path.join(os.path.dirname(__file__), f"{name}.txt"), encoding="utf-8") as file:
        return Template(file.read())
