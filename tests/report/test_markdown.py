"""The summary in Markdown: rendered by GitHub's own library, with nothing of what it quotes taken for markup."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagdock.fix import Fix
from dagdock.report import markdown
from dagdock.report.terminal import printable
from dagdock.result import Failure
from dagdock.rule import Problem, Severity
from dagdock.text import Source

HOSTILE = [
    "<script>alert(1)</script> <b>x</b> &lt; <!-- ",
    "a | b || c |\n|---|",
    "# no heading\n- no item",
    "![no](http://image) [no](http://link) <http://auto> http://plain.example.com me@example.com",
    "*no* _no_ ~~no~~ **no** \\ $no$ :tada: @somebody",
    "`a` and ``b`` and `c",
    "`a | <b>` and `x`y`z`",
    "``",
    "line\rbreak\u2028\x1b[31m \udcff 🐳",
]


def rendered(text: str) -> str:
    html: str = cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE)
    return html


def words(html: str, plain: bool = False) -> str:
    return " ".join((html if plain else unescape(re.sub("<[^>]*>", "", html))).split())


def test_the_whole_summary(kit: Any) -> None:
    first, second = kit.marked("FROM «a»\nRUN «b»\n", "my app/Dockerfile")
    result = kit.result(
        (kit.rule(), Problem(first, "`a` is <wrong>", fix=Fix.replace("Mend it", first, "c"))),
        (kit.rule("DF301", "other"), Problem(second, "bad", severity="error")),
    )
    result.errors = [Failure("permission denied", "x/Dockerfile"), Failure("plugin x does not load")]
    url = "https://docs.docker.com/build/cache/"
    assert kit.written("markdown", result) == (
        "## dagdock\n\n"
        "Checked 1 file.\n\n"
        "| severity | findings |\n|---|---:|\n| ❌ error | 1 |\n| ⚠️ warning | 1 |\n\n"
        "### Failed\n\n"
        "- ❌ `x/Dockerfile` permission denied\n- ❌ plugin x does not load\n\n"
        "### `my app/Dockerfile`\n\n"
        f"- ⚠️ 1:6 **[DF203 copy-before-install](<{url}>)** `a` is \\<wrong\\> _Fix: Mend it_\n"
        f"- ❌ 2:5 **[DF301 other](<{url}>)** bad\n\n"
    )
    html = rendered(kit.written("markdown", result))
    assert f'<strong><a href="{url}">DF203 copy-before-install</a></strong> <code>a</code> is &lt;wrong&gt;' in html
    assert html.count("<tr>") == 3


def test_nothing_found(kit: Any) -> None:
    assert kit.written("markdown", kit.result()) == "## dagdock\n\nNo problems found in 1 file.\n\n"
    result = kit.result()
    result.files = {}
    assert kit.written("markdown", result) == "## dagdock\n\nNothing was checked.\n\n"


@pytest.mark.parametrize("message", HOSTILE)
def test_words_are_shown_as_they_are(kit: Any, message: str) -> None:
    html = rendered(f"- ❌ {markdown.text(message)}")
    # GitHub makes links of bare addresses in any text; they show where they lead.
    assert set(re.findall("<([a-z]+)", re.sub('<a href="(mailto:)?([^"]*)">\\2</a>', "", html))) <= {"ul", "li", "code"}
    assert words(html).replace("`", "") == words(f"❌ {printable(message)}", plain=True).replace("`", "")


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="ab`\\|<>*_[]()!&;:#@~$\n -=.x/h"), st.text(alphabet="a`|<b>\n*_ /"))
def test_no_markup_of_others(kit: Any, message: str, path: str) -> None:
    problem = Problem(Source(path, "x").whole, message)
    html = rendered(kit.written("markdown", kit.result((kit.rule(), problem))))
    ours = "h2 p table thead tr th tbody td h3 ul li strong a code".split()
    assert set(re.findall("<([a-z]+[0-9]?)", html)) <= set(ours)
    assert (html.count("<a "), html.count("<li>"), html.count("<h3>"), html.count("<tr>")) == (1, 1, 1, 2)


def test_the_gravest_of_too_many_are_kept(kit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown, "MAX_FINDINGS", 2)
    severities: list[Severity] = ["info", "error", "warning", "info"]
    spans = kit.marked("«x»\n" * 4)
    problems = [(kit.rule(), Problem(s, "m", severity=v)) for s, v in zip(spans, severities, strict=True)]
    text = kit.written("markdown", kit.result(*problems))
    assert "- ❌ 2:1" in text and "- ⚠️ 3:1" in text and "1:1" not in text
    assert text.endswith("_2 more are not shown here; the gravest are._\n\n")


def test_a_summary_stays_below_what_github_takes(kit: Any) -> None:
    spans = kit.marked("«x»\n" * 400, "é" * 200 + "/Dockerfile")
    result = kit.result(*((kit.rule(), Problem(span, "🐳" * 5000)) for span in spans))
    assert len(kit.written("markdown", result).encode()) < 1_000_000
