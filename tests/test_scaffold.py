"""A new rule: one file, found at once, tested by its examples, and nothing else touched."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dagdock.rule import KINDS, Kind
from dagdock.scaffold import new_rule, next_code

ROOT = Path(__file__).parents[1]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what a checkout consists of."""
    for folder in ("lint", "rules"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "tests/test_rules.py", tmp_path / "tests")
    return tmp_path


def run(folder: Path, *arguments: str, packages: Path | None = None) -> subprocess.CompletedProcess[str]:
    paths = [packages] if packages else [folder / "lint", folder / "rules"]
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths)), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "cache" not in str(path)
    }


def test_a_rule_is_one_new_file_that_is_found_at_once(checkout: Path) -> None:
    before = files(checkout)
    for kind in KINDS:
        made = run(checkout, "dagdock", "new-rule", f"Example-{kind}", "--kind", kind)
        assert made.returncode == 0, made.stderr
        assert f"wrote rules/dagdock_rules/{kind}/example_{kind}.py" in made.stdout.replace(os.sep, "/")
    after = files(checkout)
    assert {path: after[path] for path in before} == before
    new = sorted(path.replace(os.sep, "/") for path in after.keys() - before.keys())
    assert new == sorted(f"rules/dagdock_rules/{kind}/example_{kind}.py" for kind in KINDS)
    listed = run(checkout, "dagdock", "rules").stdout
    assert [f"example-{kind}" in listed for kind in KINDS] == [True] * 4


def test_its_examples_pass_until_they_are_wrong(checkout: Path) -> None:
    for kind in KINDS:
        new_rule(f"example-{kind}", kind, str(checkout / "rules/dagdock_rules"))
    test = checkout / "tests/test_new.py"
    test.write_text(
        "import pytest\n"
        "from dagdock.hooks import Rules\n"
        "from dagdock.testing import check_examples\n"
        "RULES = [rule for rule in Rules(third_party=False).all() if rule.name.startswith('example-')]\n"
        "@pytest.mark.parametrize('rule', RULES, ids=lambda rule: rule.name)\n"
        "def test_examples(rule): check_examples(rule)\n"
    )
    passed = run(checkout, "pytest", "-q", "-p", "no:cacheprovider", str(test))
    assert "4 passed" in passed.stdout, passed.stdout
    for kind in KINDS:
        rule = checkout / f"rules/dagdock_rules/{kind}/example_{kind}.py"
        rule.write_text(rule.read_text(encoding="utf-8").replace("        yield Problem", "        0 and Problem"))
    failed = run(checkout, "pytest", "-q", "-p", "no:cacheprovider", str(test))
    assert "4 failed" in failed.stdout, failed.stdout


def test_what_is_scaffolded_is_tidy(tmp_path: Path) -> None:
    package = tmp_path / "dagdock_acme"
    for kind in KINDS:
        new_rule(f"example-{kind}", kind, str(package))
    ruff = [sys.executable, "-m", "ruff"]
    options = ["--config", str(ROOT / "pyproject.toml"), "--no-cache", str(package)]
    for command in (["check"], ["format", "--check"]):
        made = subprocess.run([*ruff, *command, *options], capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stdout + made.stderr


def test_outside_a_checkout_a_plugin_begins(tmp_path: Path) -> None:
    packages = tmp_path / "packages"
    packages.mkdir()
    for name, root in (("dagdock", ROOT / "lint"), ("dagdock_rules", ROOT / "rules")):
        (packages / name).symlink_to(root / name)
    lost = run(tmp_path, "dagdock", "new-rule", "no-latest", "--kind", "dockerfile", packages=packages)
    assert lost.returncode == 2 and "--into" in lost.stderr
    command = ("dagdock", "new-rule", "no-latest", "--kind", "dockerfile", "--into", "dagdock_acme")
    made = run(tmp_path, *command, packages=packages)
    assert made.returncode == 0, made.stderr
    assert '[project.entry-points.dagdock]\nacme = "dagdock_acme"' in made.stdout
    assert sorted(files(tmp_path / "dagdock_acme")) == [
        "__init__.py",
        "dockerfile/__init__.py",
        "dockerfile/no_latest.py",
    ]
    assert '"ACME101"' in (tmp_path / "dagdock_acme/dockerfile/no_latest.py").read_text(encoding="utf-8")
    again = run(tmp_path, *command, packages=packages)
    assert again.returncode == 2 and "is there already" in again.stderr
    more = run(tmp_path, *command[:2], "more", *command[3:], packages=packages)
    assert more.returncode == 0
    assert '"ACME102"' in (tmp_path / "dagdock_acme/dockerfile/more.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "kind", "code", "told"),
    [
        ("3-times", "dag", "", "cannot be a rule's name"),
        ("a b", "dag", "", "cannot be a rule's name"),
        ("../evil", "dag", "", "cannot be a rule's name"),
        ("class-é", "dag", "", "cannot be a rule's name"),
        ("class", "dag", "", "cannot be a rule's name"),
        ("unknown-instruction", "dockerfile", "", "is a rule already"),
        ("fine", "dockerfile", "DF001", "is taken; `--code DF0` takes the next free code"),
        ("fine", "dockerfile", "D-1", "is no code"),
        ("fine", "dockerfile", "DF1234", "is no code"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    tmp_path: Path, name: str, kind: Kind, code: str, told: str
) -> None:
    with pytest.raises(ValueError) as refused:
        new_rule(name, kind, str(tmp_path / "dagdock_acme"), code)
    assert told in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_package_needs_a_name_that_can_be_imported(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be a package"):
        new_rule("fine", "dag", str(tmp_path / "dagdock-acme"))


def test_codes_are_counted_on_and_never_used_twice() -> None:
    taken = ["DF201", "DF203", "DF801", "ACME101"]
    assert next_code("DF2", taken) == "DF204"
    assert next_code("df9", taken) == "DF901"
    assert next_code("DF202", taken) == "DF202"
    assert next_code("ACME", taken) == "ACME102"
    assert next_code("OTHER", taken) == "OTHER101"
    assert next_code("DF20", taken) == "DF204"
    with pytest.raises(ValueError, match="no free code"):
        next_code("DF8", ["DF899"])
