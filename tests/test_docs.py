"""The rules' own words: the list, the pages, the docs that are made of them."""

from __future__ import annotations

import argparse
import io
import json
from pathlib import Path

import pytest

from dagdock import docs
from dagdock.hooks import Rules
from dagdock.report.page import code, fenced, language, page, toml
from dagdock.report.terminal import Terminal
from dagdock.rule import Bad, Problems, Rule, rule

ROOT = Path(__file__).parents[1]


class Line:
    kind = "dockerfile"


@rule(
    "XX101",
    severity="warning",
    since="0.3",
    fix="safe",
    default=False,
    aliases=["hadolint:DL9999"],
    lessons=["L01"],
    tags=["cache"],
    bad=[Bad("FROM a\n«COPY . .»\nRUN «b\n c»\n", fixed="FROM a\n")],
    good=["FROM a\nUSER app\n", {"Dockerfile": "FROM ```\n", "compose.yaml": "services: {}\n"}],
)
def copied_too_early(line: Line, *, most: int = 3, names: list[str] = ["a", 'b"']) -> Problems:  # noqa: B006
    """The source | is copied too early.

    Every change then installs
    everything again.

    - a list
      stays

    https://example.com/early
    """
    yield from ()


def shown(rule: Rule, width: int = 60) -> str:
    stream = io.StringIO()
    docs.explain(rule, Terminal(stream, width=width))
    return stream.getvalue()


def test_a_rule_for_scripts_has_the_contracts_keys_in_order() -> None:
    about = docs.about(copied_too_early)
    assert list(about) == "code name summary kind severity default fix tags lessons aliases since".split()
    assert about == {
        "code": "XX101",
        "name": "copied-too-early",
        "summary": "The source | is copied too early.",
        "kind": "dockerfile",
        "severity": "warning",
        "default": False,
        "fix": "safe",
        "tags": ["cache"],
        "lessons": ["L01"],
        "aliases": ["hadolint:DL9999"],
        "since": "0.3",
    }


def test_the_page_in_a_terminal() -> None:
    assert shown(copied_too_early) == (
        "XX101 copied-too-early\n"
        "The source | is copied too early.\n"
        "\n"
        "Dockerfile · warning · off by default · fixed by --fix · since 0.3\n"
        "same idea elsewhere: hadolint:DL9999\n"
        "\n"
        "Every change then installs everything again.\n"
        "\n"
        "- a list\n"
        "  stays\n"
        "\n"
        "Bad\n"
        "    1 │   FROM a\n"
        "    2 │   COPY . .\n"
        "      │   ^^^^^^^^\n"
        "    3 │ ┌ RUN b\n"
        "      │ │     ^\n"
        "    4 │ └  c\n"
        "\n"
        "After the fix\n"
        "    1 │ FROM a\n"
        "\n"
        "Good\n"
        "    1 │ FROM a\n"
        "    2 │ USER app\n"
        "\n"
        "Good\n"
        "  Dockerfile\n"
        "    1 │ FROM ```\n"
        "  compose.yaml\n"
        "    1 │ services: {}\n"
        "\n"
        "Options, with their defaults, in dagdock.toml\n"
        "  [rules.copied-too-early]\n"
        "  most = 3\n"
        '  names = ["a", "b\\""]\n'
        "\n"
        "Silence it\n"
        "  # dagdock: ignore[XX101] -- reason\n"
        "\n"
        "Read on\n"
        "  https://example.com/early\n"
    )


def test_the_page_as_markdown() -> None:
    made = page(copied_too_early)
    assert made.startswith("# XX101 copied-too-early\n\n| | |\n|---|---|\n| Looks at | Dockerfile |\n")
    assert (
        "## Bad\n\n```dockerfile\nFROM a\nCOPY . .\nRUN b\n c\n```\n\nFlagged: line 2, `COPY . .`; lines 3 to 4.\n"
        in made
    )
    assert "`Dockerfile`\n\n````dockerfile\nFROM ```\n````\n\n`compose.yaml`\n\n```yaml\nservices: {}\n```\n" in made
    assert "## Options\n\n```toml\n[rules.copied-too-early]\nmost = 3\n" in made
    assert made.endswith("## References\n\n- <https://example.com/early>\n")


def test_markdown_holds_whatever_an_example_holds() -> None:
    assert code("a") == "`a`" and code("`a`") == "`` `a` ``"
    assert fenced("a```b", "x") == "````x\na```b\n````"
    assert language("a/Dockerfile.dev") == "dockerfile" and language("x.dockerfile") == "dockerfile"
    assert language("Dockerfile.dockerignore") == "text" and language("a.yml") == "yaml"
    assert toml(True) == "true" and toml(0.5) == "0.5" and toml('a"\\') == '"a\\"\\\\"'


def test_the_list_for_people() -> None:
    stream = io.StringIO()
    docs.show_rules([copied_too_early], Terminal(stream, width=60))
    first, line, *_ = stream.getvalue().splitlines()
    assert first == "Dockerfile"
    assert line.split() == "XX101 copied-too-early warning off fix The source | is cop…".split()


def test_a_table_links_to_pages_and_survives_bars() -> None:
    row = docs.table([copied_too_early], "docs").splitlines()[2]
    assert row == (
        "| XX101 | [copied-too-early](docs/copied-too-early.md) | The source \\| is copied too early. "
        "| warning, off by default | safe |"
    )


def test_the_readme_changes_between_its_markers_only() -> None:
    readme = f"a\n{docs.BEGIN}\nold\n{docs.END}\nz\n"
    made = docs.with_table(readme, [copied_too_early])
    assert made.startswith(f"a\n{docs.BEGIN}\n\n| kind") and made.endswith(f"|\n\n{docs.END}\nz\n")
    assert docs.with_table(made, [copied_too_early]) == made
    assert docs.with_table("no markers\n", [copied_too_early]) == "no markers\n"


def test_the_docs_are_written_and_pages_without_a_rule_go(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = tmp_path / "docs/rules/dag/gone.md"
    old.parent.mkdir(parents=True)
    old.write_text("x")
    assert docs.main([str(tmp_path)]) == 0
    assert not old.exists() and (tmp_path / "docs/rules/README.md").exists()
    assert "removed docs/rules/dag/gone.md" in capsys.readouterr().out
    assert list(docs.outdated(str(tmp_path), docs.everything(str(tmp_path)))) == []


def test_the_docs_say_what_the_rules_say() -> None:
    stale = sorted(docs.outdated(str(ROOT), docs.everything(str(ROOT))))
    assert stale == [], "run `python -m dagdock.docs`"


@pytest.mark.parametrize("rule", Rules(third_party=False).all(), ids=lambda rule: rule.code)
def test_every_rule_has_a_page_that_helps(rule: Rule) -> None:
    assert rule.summary.endswith("."), "the docstring begins with one sentence"
    assert len(rule.summary) <= 100
    text = shown(rule)
    assert "\nBad\n" in text and "\nGood\n" in text
    assert len(text.split("\n\n")[2]) > 40, "the docstring says why"


def explained(name: str) -> int:
    return docs.explain_command(argparse.Namespace(rule=name))


def test_explain_takes_every_name_of_a_rule(capsys: pytest.CaptureFixture[str]) -> None:
    some = next(rule for rule in Rules(third_party=False).all() if rule.aliases)
    for name in (some.code, some.code.lower(), some.name, some.aliases[0]):
        assert explained(name) == 0
        assert f"{some.code} {some.name}" in capsys.readouterr().out
    assert explained(some.code[:2]) == 0
    assert "`dagdock explain RULE` tells more" in capsys.readouterr().out


def test_explain_helps_with_a_misspelt_name(capsys: pytest.CaptureFixture[str]) -> None:
    some = Rules(third_party=False).all()[0]
    assert explained(some.name[:-1]) == 2
    assert f"did you mean `{some.name}`?" in capsys.readouterr().err
    assert explained("qqqq") == 2
    assert "`dagdock rules` lists them all" in capsys.readouterr().err


def test_rules_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert docs.rules_command(argparse.Namespace(format="json")) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [rule["code"] for rule in listed] == sorted(rule["code"] for rule in listed)
    assert docs.rules_command(argparse.Namespace(format="text")) == 0
    assert listed[0]["summary"] in capsys.readouterr().out
