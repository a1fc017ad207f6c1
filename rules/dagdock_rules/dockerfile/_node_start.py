"""Whether a container runs what was built of a Node project, which needs no package for development any more."""

from __future__ import annotations

from typing import Any

from dagdock.api import Stage

from ._started import started

# Folders that build tools write programs to.
OUTPUT = frozenset(("dist", "build", "out", ".output"))
# Frameworks that serve what they have built with this word, as packages of the same name.
FRAMEWORKS = {"next": "start", "nuxt": "start"}
RUNNERS = ("npm", "yarn", "pnpm")


def runs_built(stage: Stage, manifest: str) -> bool:
    """Whether the stage surely starts what its build wrote: `node dist/main.js`, `next start`, a script for that.

    `manifest` is the text of package.json; with no packages for development in it there is nothing to leave out.
    """
    package = _read(manifest)
    found = started(stage)
    if not package.get("devDependencies") or found is None or len(found[1]) != 1:
        return False
    words = [word.value or "" for word in found[1][0].effective.words]
    if words and words[0].rpartition("/")[2] in RUNNERS:
        words = _script(words, package)
    return _is_built(words, package)


def _read(manifest: str) -> dict[str, Any]:
    import json

    try:
        package = json.loads(manifest.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return {}
    return package if isinstance(package, dict) else {}


def _script(words: list[str], package: dict[str, Any]) -> list[str]:
    """The words of the script that `npm start`, `npm run serve` or `yarn serve` stands for, where it is one command."""
    scripts = package.get("scripts")
    rest = words[1:]
    if rest[:1] in (["run"], ["run-script"]):
        rest = rest[1:]
    elif words[0] == "npm" and rest != ["start"]:
        return []
    if len(rest) != 1 or not isinstance(scripts, dict) or {f"pre{rest[0]}", f"post{rest[0]}"} & scripts.keys():
        return []
    line = scripts.get(rest[0])
    if not isinstance(line, str) or any(sign in line for sign in "&|;<>$`\"'("):
        return []
    command = line.split()
    if command[:1] == ["cross-env"]:
        command = command[1:]
    while command and "=" in command[0]:
        command = command[1:]
    return command


def _is_built(words: list[str], package: dict[str, Any]) -> bool:
    if len(words) < 2 or not all(words):
        return False
    program, first = words[0], words[1]
    if program in FRAMEWORKS:
        return first == FRAMEWORKS[program] and program in (package.get("dependencies") or {})
    # Options come before the file, and some of them load a tool: `--import tsx`.
    folders, _, name = first.rpartition("/")
    return program == "node" and not OUTPUT.isdisjoint(folders.split("/")) and not name.endswith((".ts", ".mts"))
