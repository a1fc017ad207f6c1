"""Makes rules/dagdock_rules/data/airflow-config.toml from the wheels of Airflow's releases and its providers.

    pip download --no-deps --dest wheels apache-airflow==2.10.5 apache-airflow-core==3.1.3 …
    python scripts/airflow_config.py wheels

What is written: every option of every section with the first and the last minor release that knows it, and the moves of
options from one name to another. Nothing of Airflow is imported: the wheels are read as archives.
"""

from __future__ import annotations

import ast
import re
import sys
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import yaml

TARGET = Path(__file__).resolve().parent.parent / "rules" / "dagdock_rules" / "data" / "airflow-config.toml"
HEAD = """\
# The options of Airflow's configuration (`AIRFLOW__SECTION__OPTION`) and where they moved. Made by
# scripts/airflow_config.py from the releases {releases} and from {providers} providers. Looked at: {day}.
#
# [options.SECTION]: OPTION = [the first and the last minor release that knows it]; those of a provider hold for all.
# [moved]: "SECTION.OPTION" = [[the new name, the release of the move, the one that stopped reading the old name (and
# the one that began again)], …]; an empty new name: the option is gone.
"""
Release = tuple[int, ...]
NOT_THE_SAME = {"webserver.session_lifetime_days", "webserver.force_log_out_after", "policy.airflow_local_settings"}


def main(folder: Path) -> int:
    options: dict[str, dict[str, list[Release]]] = {}
    provided: dict[str, set[str]] = {}
    moved: dict[str, list[list[str]]] = {}
    cores: dict[Release, zipfile.ZipFile] = {}
    providers = 0
    for wheel in sorted(folder.glob("*.whl")):
        name, version = wheel.name.split("-")[:2]
        if "providers" in name:
            providers += 1
            for section, names in provider_options(zipfile.ZipFile(wheel)):
                provided.setdefault(section, set()).update(names)
        else:
            cores[tuple(int(number) for number in version.split(".")[:3])] = zipfile.ZipFile(wheel)
    for release, archive in sorted(cores.items()):
        for section, names in core_options(archive):
            for option in names:
                options.setdefault(section, {}).setdefault(option, []).append(release[:2])
        for old, new, since in moves(archive):
            if not any(move[0] == new for move in moved.get(old, [])):
                moved.setdefault(old, []).append([new, ".".join(since.split(".")[:2]), ""])
    newest = max(cores)
    read = {release: {old for old, _, _ in moves(archive)} for release, archive in sorted(cores.items())}
    for old, new in changes_of_3(cores[newest]):
        if not any(move[0] == new for move in moved.get(old, [])):
            moved.setdefault(old, []).append([new, "3.0", ""])
    for old, all_moves in moved.items():
        all_moves.sort(key=lambda move: [int(number) for number in move[1].split(".")])
        begin = tuple(int(number) for number in all_moves[-1][1].split("."))
        all_moves[-1][2] = ignored([(release[:2], old in known) for release, known in read.items() if release >= begin])
    first = min(cores)[:2]
    for section, theirs in provided.items():
        for option in theirs:
            options.setdefault(section, {})[option] = [first, newest[:2]]
    releases = ", ".join(".".join(map(str, release)) for release in sorted(cores))
    lines = [HEAD.format(releases=releases, providers=providers, day=f"{date.today():%Y-%m}")]
    for section, found in sorted(options.items()):
        lines.append(f'[options."{section}"]' if "." in section else f"[options.{section}]")
        for option, known in sorted(found.items()):
            lines.append(f'"{option}" = ["{shown(min(known))}", "{shown(max(known))}"]')
        lines.append("")
    lines.append("[moved]")
    for old, all_moves in sorted(moved.items()):
        lines.append(f'"{old}" = [{", ".join(quoted(move) for move in all_moves)}]')
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


def ignored(releases: list[tuple[Release, bool]]) -> str:
    """From which release on an old name is not read, and where that ended again: `3.0`, `3.0-3.2`."""
    first = next((release for release, is_read in releases if not is_read), None)
    if first is None:
        return ""
    again = next((release for release, is_read in releases if is_read and release > first), None)
    return f"{shown(first)}-{shown(again)}" if again else shown(first)


def shown(release: Release) -> str:
    return ".".join(map(str, release))


def quoted(move: list[str]) -> str:
    return "[" + ", ".join(f'"{part}"' for part in move) + "]"


def core_options(archive: zipfile.ZipFile) -> Iterator[tuple[str, list[str]]]:
    described = yaml.safe_load(archive.read("airflow/config_templates/config.yml"))
    if isinstance(described, list):  # before 2.6
        for section in described:
            yield section["name"], [option["name"] for option in section["options"] or ()]
    else:
        for name, section in described.items():
            yield name, list(section["options"] or ())


def provider_options(archive: zipfile.ZipFile) -> Iterator[tuple[str, list[str]]]:
    """What `get_provider_info` of a provider returns under `config`: a literal."""
    for path in archive.namelist():
        if path.endswith("/get_provider_info.py"):
            for node in ast.walk(ast.parse(archive.read(path))):
                if isinstance(node, ast.Return) and isinstance(node.value, ast.Dict):
                    for name, section in ast.literal_eval(node.value).get("config", {}).items():
                        yield name, list(section["options"])


def moves(archive: zipfile.ZipFile) -> Iterator[tuple[str, str, str]]:
    """The old name, the new one and the release, as `deprecated_options` of the configuration parser has them."""
    parsers = {"airflow/configuration.py", "airflow/_shared/configuration/parser.py"} & set(archive.namelist())
    for node in (node for path in sorted(parsers) for node in ast.walk(ast.parse(archive.read(path)))):
        targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [None])
        name = targets[0].id if isinstance(targets[0], ast.Name) else ""
        value = getattr(node, "value", None)
        if name not in ("deprecated_options", "many_to_one_deprecated_options") or not isinstance(value, ast.Dict):
            continue
        for new, old in ast.literal_eval(value).items():
            for move in old if isinstance(old, list) else [old]:
                if len(move) == 3:  # without a release in 1.10
                    yield f"{move[0]}.{move[1]}", ".".join(new), move[2]


def changes_of_3(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """What `airflow config lint` of Airflow 3 calls renamed or removed; a new name of another meaning is none."""
    text = archive.read("airflow/cli/commands/config_command.py").decode()
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ConfigChange"):
            continue
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        removed = given.get("was_removed")
        if "remove_if_equals" in given or (isinstance(removed, ast.Constant) and removed.value is False):
            continue
        old, new = (name_in(given.get(key)) for key in ("config", "renamed_to"))
        if old and old != "database.load_default_connections":
            yield old, "" if old in NOT_THE_SAME else new


def name_in(node: ast.expr | None) -> str:
    """`section.option` of a ConfigParameter."""
    if not isinstance(node, ast.Call):
        return ""
    values = [*node.args, *(keyword.value for keyword in node.keywords)]
    return ".".join(str(value.value) for value in values if isinstance(value, ast.Constant))


if __name__ == "__main__":
    if len(sys.argv) != 2 or not re.search(r"\S", sys.argv[1]):
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
