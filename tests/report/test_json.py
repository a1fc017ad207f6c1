"""The JSON form: exactly the contract's keys, in its order, and fingerprints that survive moved lines."""

from __future__ import annotations

import json
from typing import Any

from dagdock import __version__
from dagdock.fingerprint import fingerprints
from dagdock.fix import Edit, Fix
from dagdock.result import Failure
from dagdock.rule import Finding, Problem, Related
from dagdock.text import Source


def test_the_whole_object(kit: Any) -> None:
    (copy,) = kit.marked("FROM a\n«COPY . .»\n")
    (build,) = kit.marked("🐳 «build»: .\n", "compose.yaml")
    rule = kit.rule(aliases=["hadolint:DL3059"])
    problem = Problem(
        copy, "wrong", related=[Related(build, "here")], fix=Fix("Mend it", [Edit(build, "x\n")], "unsafe")
    )
    result = kit.result((rule, problem))
    result.files = {"dag": 7, "dockerfile": 3}
    result.errors = [Failure("crashed", "dags/a.py", rule="AF101")]
    written = json.loads(kit.written("json", result))
    (finding,) = written["findings"]
    assert len(finding.pop("fingerprint")) == 20
    place = {"start": {"line": 1, "column": 3}, "end": {"line": 1, "column": 8}}
    assert written == {
        "version": 1,
        "tool": {"name": "dagdock", "version": __version__},
        "files": {"checked": 10, "by_kind": {"dockerfile": 3, "dag": 7}},
        "findings": [
            {
                "code": "DF203",
                "name": "copy-before-install",
                "severity": "warning",
                "message": "wrong",
                "path": "Dockerfile",
                "start": {"line": 2, "column": 1},
                "end": {"line": 2, "column": 9},
                "aliases": ["hadolint:DL3059"],
                "related": [{"path": "compose.yaml", **place, "message": "here"}],
                "fix": {
                    "safety": "unsafe",
                    "description": "Mend it",
                    "edits": [{"path": "compose.yaml", **place, "text": "x\n"}],
                },
            }
        ],
        "errors": [{"path": "dags/a.py", "rule": "AF101", "message": "crashed"}],
    }


def test_keys_come_in_the_order_of_the_contract(kit: Any) -> None:
    def keys(pairs: list[tuple[str, Any]]) -> list[str] | dict[str, Any]:
        return dict(pairs)

    (span,) = kit.marked("«x»")
    problem = Problem(span, "m", related=[Related(span, "r")], fix=Fix.replace("Mend", span, "y"))
    written = json.loads(kit.written("json", kit.result((kit.rule(), problem))), object_pairs_hook=keys)
    assert list(written) == ["version", "tool", "files", "findings", "errors"]
    expected = "code name severity message path start end aliases related fix fingerprint"
    assert list(written["findings"][0]) == expected.split()
    assert list(written["findings"][0]["fix"]) == ["safety", "description", "edits"]


def test_what_is_not_there_is_absent(kit: Any) -> None:
    (span,) = kit.marked("«x»")
    (finding,) = json.loads(kit.written("json", kit.result((kit.rule(), Problem(span, "m")))))["findings"]
    assert "fix" not in finding and "related" not in finding and finding["aliases"] == []


def test_any_encoding_carries_it_and_bytes_that_are_no_text_do_no_harm(kit: Any) -> None:
    (span,) = kit.marked("«x»", "caf\udce9/Dockerfile")
    text = kit.written("json", kit.result((kit.rule(), Problem(span, "naïve 🐳 \udcff \x1b"))))
    assert text.isascii() and "\x1b" not in text
    (finding,) = json.loads(text)["findings"]
    assert finding["message"] == "naïve 🐳 \ufffd \x1b"
    assert finding["path"] == "caf\ufffd/Dockerfile"


def test_a_finding_is_a_line(kit: Any) -> None:
    spans = kit.marked("«x» «y»\n")
    text = kit.written("json", kit.result(*((kit.rule(), Problem(span, "m")) for span in spans)))
    assert sum(line.startswith('  {"code"') for line in text.splitlines()) == 2


def prints(kit: Any, text: str, path: str = "Dockerfile", code: str = "DF203") -> list[str]:
    rule = kit.rule(code)
    return fingerprints([Finding(rule, Problem(span, "m"), "warning") for span in kit.marked(text, path)])


def test_a_fingerprint_outlives_moved_and_reindented_lines(kit: Any) -> None:
    before = prints(kit, "FROM a\nRUN «apt-get  install» curl\n")
    assert prints(kit, "# new\n\nFROM b\r\n\tRUN   «apt-get install» curl\nUSER x\n") == before


def test_a_fingerprint_tells_rules_paths_texts_and_occurrences_apart(kit: Any) -> None:
    twice = prints(kit, "«RUN a»\n«RUN a»\n«RUN b»\n")
    assert len(set(twice)) == 3
    others = prints(kit, "«RUN a»\n", path="x") + prints(kit, "«RUN a»\n", code="DF204")
    assert len({*twice, *others}) == 5
    assert prints(kit, "«RUN a»\n") == twice[:1]


def test_a_fingerprint_takes_any_text() -> None:
    class Nothing:
        code = "X"

    source = Source("\udcff", "\ufeff\udcff\r")
    finding: Any = type("F", (), {"rule": Nothing, "path": source.path, "span": source.whole})()
    assert len(fingerprints([finding])[0]) == 20
