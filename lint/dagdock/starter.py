"""`dagdock init`: a configuration, `.dockerignore` files and a pre-commit entry where a repository has none."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from posixpath import join
from typing import NamedTuple

from dagdock import __version__
from dagdock.config import OWN_FILES, ConfigError, Finder
from dagdock.facts import Disk, files_below
from dagdock.report.page import toml

CONFIG = "dagdock.toml"
PRE_COMMIT = ".pre-commit-config.yaml"
IGNORE_FILE = ".dockerignore"


class Step(NamedTuple):
    """One thing that `init` did or left alone, as the user is told."""

    path: str
    what: str
    text: str | None = None  # what to write; None where nothing is written


def init_command(arguments: argparse.Namespace) -> int:
    """`dagdock init [FOLDER]`. Gives the exit status."""
    root: str = arguments.folder
    if not os.path.isdir(root):
        return _complain(f"{root} is no folder")
    try:
        for step in init(root):
            if step.text is not None:
                with open(os.path.join(root, step.path), "x", encoding="utf-8", newline="\n") as file:
                    file.write(step.text)
            print(f"{step.path}: {step.what}")
    except ConfigError as problem:
        return _complain(str(problem))
    except OSError as problem:
        return _complain(f"{problem.filename or root}: {problem.strerror}")
    print("\nNow run `dagdock check`.")
    return 0


def init(root: str) -> Iterator[Step]:
    """What a repository lacks. Never a file that is there already."""
    yield from _config(root)
    yield from _ignore_files(root)
    yield _pre_commit(root)


def _config(root: str) -> Iterator[Step]:
    for name in OWN_FILES:
        text = _read(root, name)
        if text is not None and (name != "pyproject.toml" or "[tool.dagdock" in text):
            yield Step(name, "kept as it is; it configures dagdock already")
            return
    from dagdock.hooks import Rules
    from dagdock.names import Vocabulary
    from dagdock.takeover import take_over

    finder = Finder()
    if above := finder.own(os.path.abspath(root)):
        yield Step(os.path.relpath(above.path, root), "kept as it is; it configures dagdock here too")
        return
    for taken in take_over(root, finder, Vocabulary(Rules())):
        what = "written" if taken.table else "written; it sets nothing yet and shows what can be set"
        yield Step(join(taken.folder, CONFIG), what, _starter(taken.table))
        yield from (Step(path, said) for path, said in taken.told)


def _starter(mapped: Mapping[str, object]) -> str:
    """A `dagdock.toml`: what was taken over from elsewhere, and beside it what else there is, as comments."""
    lines = ["# Settings of dagdock. `dagdock rules` lists the rules, `dagdock explain RULE` tells about one."]
    tables: list[str] = []
    for key, comment, example in SETTINGS:
        value = mapped.get(key)
        if isinstance(value, Mapping) or example.startswith("["):
            tables += ["", f"# {comment}"]
            if isinstance(value, Mapping) and key == "rules":
                for name, options in value.items():
                    tables += [f"[rules.{name}]", *(f"{toml(option)} = {_value(of)}" for option, of in options.items())]
            elif isinstance(value, Mapping):
                tables += [f"[{key}]", *(f"{toml(name)} = {_value(item)}" for name, item in value.items())]
            else:
                tables += [f"# {line}" for line in example.splitlines()]
        elif value is not None:
            lines += ["", f"# {comment}", f"{key} = {_value(value)}"]
        else:
            lines += ["", f"# {comment}", f"# {example}"]
    return "\n".join([*lines, *tables]) + "\n"


# Every setting that a beginner may want, with what it is for and how it is written. Tables come last in TOML.
SETTINGS = [
    ("extend-select", "Rules that are off by default, by code, name, tag or a peer's code", "extend-select = []"),
    ("ignore", "Rules that this project does without", 'ignore = ["DF203", "hadolint:DL3008"]'),
    ("exclude", "Files and folders that are not checked", 'exclude = ["legacy/**"]'),
    ("fail-on", "What makes the exit status 1: error, warning, info or never", 'fail-on = "warning"'),
    ("baseline", "A file with the findings that are known (`--write-baseline` makes it)", 'baseline = "baseline.json"'),
    ("test-files", "Whether all is said about tests, test data and vendored files too", 'test-files = "full"'),
    ("hadolint-comments", "Whether the comments count that silence hadolint", "hadolint-comments = true"),
    ("airflow-version", "The Airflow that the DAGs are for; found out where it is not said", 'airflow-version = "3.0"'),
    (
        "trusted-registries",
        "Registries that images may come from",
        'trusted-registries = ["docker.io", "*.example.com"]',
    ),
    (
        "strict-labels",
        "Whether other labels than those of label-schema are findings",
        "strict-labels = false",
    ),
    ("severity", "Other severities: error, warning, info or off", '[severity]\nDF203 = "error"'),
    ("per-file-ignores", "Rules that some files do without", '[per-file-ignores]\n"tests/**" = ["DF203"]'),
    (
        "label-schema",
        "The labels that every image is to have, and what they hold",
        '[label-schema]\nmaintainer = "text"',
    ),
    ("rules", "Options of a rule; its page says which it has", "[rules.dag-too-many-tasks]\nmax-tasks = 200"),
]


def _value(value: object) -> str:
    return toml(value) if isinstance(value, (str, bool, int, float, list)) else toml(str(value))


# What hardly any image needs; a pattern goes out where a Dockerfile names the file on purpose.
UNWANTED = {
    "Version control and editors": [".git", ".gitignore", ".vscode", ".idea", "**/.DS_Store"],
    "Secrets: whoever has the image has what is in it": [".env", ".env.*", "**/*.pem", "**/*.key", "**/id_rsa*"],
    "What Python leaves behind": ["**/__pycache__", "**/*.py[cod]", "**/.venv", "**/venv", "**/.*_cache"],
    "What Node leaves behind": ["**/node_modules", "**/npm-debug.log*"],
    "Logs and local databases": ["logs", "**/*.log", "**/*.sqlite3", "**/airflow.db"],
    "What describes the build is not part of it": ["Dockerfile*", "compose*.y*ml", "docker-compose*.y*ml", IGNORE_FILE],
}


def _ignore_files(root: str) -> Iterator[Step]:
    """A `.dockerignore` for each build context that is copied as a whole and has none."""
    from dagdock.dockerfile import CopyLike, Dockerfile
    from dagdock.project import Project
    from dagdock.project.classify import is_dockerfile_name

    facts = Disk(root)
    project = Project(facts)
    needing: dict[str, set[str]] = {}
    for path in sorted(files_below(facts)):
        dockerfile = project.document(path) if is_dockerfile_name(path.rpartition("/")[2].lower()) else None
        if isinstance(dockerfile, Dockerfile):
            copies = [one for one in dockerfile.instructions if isinstance(one, CopyLike) and not one.flag("from")]
            sources: set[str] = {word.value for copy in copies for word in copy.sources}
            for context in project.contexts_of(dockerfile):
                if context.ignore_file is None and sources & {".", "./", "/", "*"}:
                    needing.setdefault(context.folder, set()).update(sources)
    for folder, sources in needing.items():
        path = IGNORE_FILE if folder == "." else join(folder, IGNORE_FILE)
        yield Step(path, "written, because an image copies this whole folder; look through it", ignore_text(sources))


def ignore_text(sources: Iterable[str]) -> str:
    """A `.dockerignore` for a context from which a build copies these sources."""
    from fnmatch import fnmatchcase

    named = {part for source in sources for part in source.split("/")} - {"", ".", "*"}
    parts = []
    for title, patterns in UNWANTED.items():
        kept = [p for p in patterns if not any(fnmatchcase(name, p.removeprefix("**/")) for name in named)]
        if kept:
            parts.append("\n".join([f"# {title}", *kept]))
    return "\n\n".join(parts) + "\n"


def _pre_commit(root: str) -> Step:
    text = _read(root, PRE_COMMIT)
    if text is None:
        return Step(PRE_COMMIT, "written; `pre-commit install` puts it to work", f"repos:\n{HOOK}")
    if "dagdock" in text:
        return Step(PRE_COMMIT, "kept as it is; it has dagdock already")
    return Step(PRE_COMMIT, f"kept as it is; to check at each commit, add below `repos:`\n\n{HOOK}")


HOOK = f"""\
  - repo: local
    hooks:
      - id: dagdock
        name: dagdock
        entry: dagdock check
        language: python
        additional_dependencies: ["dagdock=={__version__}"]
        pass_filenames: false
        always_run: true
"""


def _read(root: str, name: str) -> str | None:
    content = Disk(root).read(name)
    return None if content is None else content.decode("utf-8", "replace")


def _complain(message: str) -> int:
    print(f"dagdock: {message}", file=sys.stderr)
    return 2
