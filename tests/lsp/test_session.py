"""The session: what is typed counts, what hangs on it is known, and nothing is remembered for too long."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagdock.config import ConfigError
from dagdock.hooks import Rules
from dagdock.lsp.buffers import Buffer
from dagdock.lsp.options import Options
from dagdock.lsp.session import Fault, Session, fault_of
from dagdock.selection import UsageError

SHOP = Path(__file__).parents[2] / "fixtures/projects/shop"
BUILT = 'FROM python:3.12-slim\nCOPY requirements.txt missing.txt ./\nUSER 1000\nCMD ["python"]\n'
RULES = Rules(third_party=False)


class Desk:
    """A session over a folder, and the names of the files in it."""

    def __init__(self, folder: Path, options: Options | None = None) -> None:
        self.folder = folder
        self.session = Session(options, str(folder), RULES)
        self._version = 0

    def key(self, path: str) -> str:
        return str(self.folder / path)

    def write(self, path: str, text: str) -> None:
        full = self.folder / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text(text, encoding="utf-8")
        self.session.note([str(full)])

    def type(self, path: str, text: str, language: str = "plaintext") -> None:
        self._version += 1
        key = self.key(path)
        self.session.put(Buffer(Path(key).as_uri(), key, text, self._version, language))

    def codes(self, path: str) -> list[str]:
        """What is shown of a file when it is judged now."""
        self.session.judge(self.key(path))
        return [finding.rule.code for finding in self.session.shown(self.key(path))]

    def judged(self, path: str) -> dict[str, list[str]]:
        """What one judgement shows, by the files' paths."""
        found = self.session.judge(self.key(path))
        return {
            os.path.relpath(judged.key, self.folder): [finding.rule.code for finding in judged.findings]
            for judged in found
        }


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path)


def test_what_is_typed_counts_and_not_what_is_saved(desk: Desk) -> None:
    desk.write("Dockerfile", "FROM python\n")
    assert "DF101" in desk.codes("Dockerfile")
    desk.type("Dockerfile", "FROM python:3.12-slim\n")
    assert "DF101" not in desk.codes("Dockerfile")
    desk.session.drop(desk.key("Dockerfile"))
    assert "DF101" in desk.codes("Dockerfile")


def test_a_file_that_was_never_saved_is_judged(desk: Desk) -> None:
    desk.type("new/Dockerfile", "FROM python\n")
    assert "DF101" in desk.codes("new/Dockerfile")


def test_each_judgement_names_the_version_it_is_of(desk: Desk) -> None:
    for number in (1, 2):
        desk.type("Dockerfile", "FROM python\n")
        (judged,) = desk.session.judge(desk.key("Dockerfile"))
        assert judged.version == number


def test_a_file_that_comes_and_goes_changes_what_copies_it(desk: Desk) -> None:
    desk.write("requirements.txt", "")
    desk.type("Dockerfile", BUILT)
    assert "DF504" in desk.codes("Dockerfile")
    desk.write("missing.txt", "")
    assert "DF504" not in desk.codes("Dockerfile")
    (desk.folder / "missing.txt").unlink()
    desk.session.note([desk.key("missing.txt")])
    assert "DF504" in desk.codes("Dockerfile")


def test_a_file_that_is_open_but_not_saved_is_there(desk: Desk) -> None:
    desk.write("requirements.txt", "")
    desk.type("Dockerfile", BUILT)
    desk.type("missing.txt", "anything")
    assert "DF504" not in desk.codes("Dockerfile")
    desk.session.drop(desk.key("missing.txt"))
    assert "DF504" in desk.codes("Dockerfile")


def test_the_disk_is_looked_at_again_when_anything_may_have_changed(desk: Desk) -> None:
    desk.write("requirements.txt", "")
    desk.type("Dockerfile", BUILT)
    assert "DF504" in desk.codes("Dockerfile")
    (desk.folder / "missing.txt").write_text("", encoding="utf-8")  # nobody tells
    desk.session.note_disk()
    assert "DF504" not in desk.codes("Dockerfile")


def test_an_ignore_file_that_is_being_typed_keeps_files_from_the_build(desk: Desk) -> None:
    desk.write("requirements.txt", "")
    desk.write("missing.txt", "")
    desk.type("Dockerfile", BUILT)
    before = desk.codes("Dockerfile")
    desk.type(".dockerignore", "requirements.txt\n")
    assert "DF505" in desk.codes("Dockerfile") and "DF505" not in before
    desk.type(".dockerignore", "other\n")
    assert "DF505" not in desk.codes("Dockerfile")


def test_a_value_in_an_open_env_file_reaches_the_compose_file(desk: Desk) -> None:
    desk.type("compose.yaml", "services:\n  web:\n    image: nginx:${TAG}\n")
    desk.type(".env", "TAG=1.27\n")
    assert "DC101" not in desk.codes("compose.yaml")
    desk.type(".env", "TAG=latest\n")
    assert "DC101" in desk.codes("compose.yaml")


def test_documents_of_files_that_did_not_change_are_kept(desk: Desk) -> None:
    desk.write("compose.yaml", "services:\n  web:\n    build: .\n")
    desk.type("Dockerfile", "FROM python:3.12-slim\n")
    desk.type("dags/pipeline.py", "from airflow import DAG\nDAG('a')\n")
    for path in ("Dockerfile", "compose.yaml", "dags/pipeline.py"):
        desk.codes(path)
    look = desk.session.look(desk.key("Dockerfile"))
    assert look
    kept = {path: look.project.document(path) for path in ("compose.yaml", "dags/pipeline.py", "Dockerfile")}
    desk.type("Dockerfile", "FROM python:3.12-slim\nUSER 1000\n")
    desk.codes("Dockerfile")
    assert look.project.document("Dockerfile") is not kept["Dockerfile"]
    assert look.project.document("compose.yaml") is kept["compose.yaml"]
    assert look.project.document("dags/pipeline.py") is kept["dags/pipeline.py"]


# What is found in other files


AIRFLOW = "FROM apache/airflow:2.10.5\nCOPY requirements.txt ./\nRUN pip install --no-cache-dir -r requirements.txt\n"


def test_findings_in_a_file_that_is_none_of_ours_come_and_go(desk: Desk) -> None:
    desk.write("requirements.txt", "apache-airflow==2.9.3\n")
    desk.type("Dockerfile", AIRFLOW)
    assert desk.judged("Dockerfile")["requirements.txt"] == ["PJ005"]
    desk.type("requirements.txt", "apache-airflow==2.10.5\n")
    assert "PJ005" not in str(desk.judged("Dockerfile"))
    desk.type("requirements.txt", "apache-airflow==2.9.3\n")
    assert desk.judged("Dockerfile")["requirements.txt"] == ["PJ005"]
    desk.type("Dockerfile", "FROM apache/airflow:2.10.5\n")
    assert desk.judged("Dockerfile")["requirements.txt"] == []


def test_a_file_that_is_forgotten_takes_along_what_it_found_elsewhere(desk: Desk) -> None:
    desk.write("requirements.txt", "apache-airflow==2.9.3\n")
    desk.type("Dockerfile", AIRFLOW)
    assert desk.judged("Dockerfile")["requirements.txt"] == ["PJ005"]
    desk.session.drop(desk.key("Dockerfile"))
    forgotten = {judged.key: judged.findings for judged in desk.session.forget(desk.key("Dockerfile"))}
    assert forgotten == {desk.key("Dockerfile"): [], desk.key("requirements.txt"): []}


def test_a_module_that_two_dags_import_is_told_once_and_its_comments_count(desk: Desk) -> None:
    dag = (
        "from datetime import datetime\nfrom airflow import DAG\nimport clients\n\n"
        "with DAG('{}', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n    pass\n"
    )
    desk.write("dags/clients.py", "import boto3\n\ns3 = boto3.client('s3')\n")
    desk.type("dags/a.py", dag.format("a"), "python")
    desk.judged("dags/a.py")
    desk.type("dags/b.py", dag.format("b"), "python")
    assert desk.judged("dags/b.py")["dags/clients.py"] == ["AF216"]
    desk.type("dags/clients.py", "import boto3\n\ns3 = boto3.client('s3')  # dagdock: ignore[AF216]\n", "python")
    assert desk.judged("dags/b.py").get("dags/clients.py", []) == []


# Comments that silence


def test_a_comment_that_silences_works_each_time_and_is_idle_only_while_it_is(desk: Desk) -> None:
    silent = "# dagdock: ignore[DF101]\nFROM python\n"
    for _ in range(2):
        desk.type("Dockerfile", silent)
        codes = desk.codes("Dockerfile")
        assert "DF101" not in codes and "PJ091" not in codes
    for _ in range(2):
        desk.type("Dockerfile", silent.replace("python", "python:3.12-slim"))
        assert desk.codes("Dockerfile").count("DF091") + desk.codes("Dockerfile").count("PJ091") <= 2
        look = desk.session.look(desk.key("Dockerfile"))
        assert look and [list(each.idle) for each in look.examined.suppressions] == [["DF101"]]


# Which files, and as what


def test_untitled_texts_are_what_their_language_says(desk: Desk) -> None:
    for language, text, code in [
        ("dockerfile", "FROM python\n", "DF101"),
        ("dockercompose", "services:\n  web:\n    image: nginx\n", "DC101"),
        ("python", "from airflow import DAG\nDAG('a', schedule='@daily', start_date=now())\n", "AF102"),
    ]:
        uri = f"untitled:{language}"
        desk.session.put(Buffer(uri, None, text, 1, language))
        (judged,) = desk.session.judge(uri)
        assert code in [finding.rule.code for finding in judged.findings], language
        assert judged.key == uri
    desk.session.put(Buffer("untitled:1", None, "FROM python\n", 1, "markdown"))
    assert desk.session.judge("untitled:1")[0].findings == []


def test_what_an_editor_calls_a_dockerfile_is_one(desk: Desk) -> None:
    desk.type("build.docker", "FROM python\n")
    assert desk.codes("build.docker") == []
    desk.type("build.docker", "FROM python\n", "dockerfile")
    assert "DF101" in desk.codes("build.docker")
    desk.type("Dockerfile.j2", "FROM {{ base }}\n", "dockerfile")
    assert desk.codes("Dockerfile.j2") == []


@pytest.mark.parametrize("folder", ["node_modules/x", ".venv/lib", "legacy/old"])
def test_what_is_no_code_of_the_project_is_left_alone(desk: Desk, folder: str) -> None:
    desk.write("dagdock.toml", 'exclude = ["legacy"]\n')
    desk.type(f"{folder}/Dockerfile", "FROM python\n")
    assert desk.codes(f"{folder}/Dockerfile") == []


def test_a_text_that_is_too_large_is_left_alone(desk: Desk) -> None:
    desk.type("Dockerfile", "FROM python\n" + "#" * 5_000_001)
    assert desk.codes("Dockerfile") == []


def test_nothing_is_found_where_it_is_switched_off(desk: Desk) -> None:
    desk.type("Dockerfile", "FROM python\n")
    desk.session.configure(Options(enable=False))
    assert desk.codes("Dockerfile") == []
    desk.session.configure(Options())
    assert "DF101" in desk.codes("Dockerfile")


# Configuration


def test_settings_stand_above_the_project(desk: Desk) -> None:
    desk.write("dagdock.toml", 'ignore = ["DF101"]\n')
    desk.type("Dockerfile", "FROM python\n")
    assert "DF101" not in desk.codes("Dockerfile")
    desk.session.configure(Options(extend_select=("DF101",)))
    assert "DF101" in desk.codes("Dockerfile")
    desk.session.configure(Options(isolated=True))
    assert "DF101" in desk.codes("Dockerfile")


def test_a_setting_that_cannot_be_meant_is_refused_and_the_old_ones_hold(desk: Desk, tmp_path: Path) -> None:
    desk.type("Dockerfile", "FROM python\n")
    with pytest.raises(UsageError, match="no-such-rule"):
        desk.session.configure(Options(select=("no-such-rule",)))
    with pytest.raises(ConfigError, match=r"missing\.toml"):
        desk.session.configure(Options(config=str(tmp_path / "missing.toml")))
    assert desk.session.options == Options() and "DF101" in desk.codes("Dockerfile")


def test_a_configuration_that_is_being_typed_holds(desk: Desk) -> None:
    desk.type("Dockerfile", "FROM python\n")
    assert "DF101" in desk.codes("Dockerfile")
    desk.type("dagdock.toml", 'ignore = ["DF101"]\n')
    assert "DF101" not in desk.codes("Dockerfile")
    desk.session.drop(desk.key("dagdock.toml"))
    assert "DF101" in desk.codes("Dockerfile")


def test_a_broken_configuration_is_told_at_its_line_and_the_last_good_one_holds(desk: Desk) -> None:
    desk.write("dagdock.toml", 'ignore = ["DF101"]\n')
    desk.type("Dockerfile", "FROM python\n")
    assert "DF101" not in desk.codes("Dockerfile")
    desk.type("dagdock.toml", 'ignore = ["DF101"]\nselekt = []\n')
    judged = {each.key: each for each in desk.session.judge(desk.key("Dockerfile"))}
    (fault,) = judged[desk.key("dagdock.toml")].faults
    assert (fault.line, "unknown key `selekt`" in fault.message) == (2, True)
    assert "DF101" not in desk.codes("Dockerfile")
    desk.type("dagdock.toml", "")
    judged = {each.key: each for each in desk.session.judge(desk.key("Dockerfile"))}
    assert judged[desk.key("dagdock.toml")].faults == []
    assert "DF101" in desk.codes("Dockerfile")


def test_a_broken_configuration_concerns_no_other_folder(desk: Desk) -> None:
    desk.write("broken/dagdock.toml", "ignore = [\n")
    desk.write("fine/dagdock.toml", "")
    for folder in ("broken", "fine"):
        desk.type(f"{folder}/Dockerfile", "FROM python\n")
    assert desk.codes("broken/Dockerfile") == []
    assert "DF101" in desk.codes("fine/Dockerfile")


def test_the_fault_of_a_configuration_is_known_without_any_other_file(desk: Desk) -> None:
    desk.type("dagdock.toml", 'select = ["no-such-rule"]\n')
    judged = {each.key: each for each in desk.session.judge(desk.key("dagdock.toml"))}
    assert [fault.line for fault in judged[desk.key("dagdock.toml")].faults] == [1]


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        ("sub/dagdock.toml:7: unknown key `x`", Fault("sub/dagdock.toml", 7, "unknown key `x`")),
        ("dagdock.toml: is not valid TOML: bad (at line 3, column 5)", Fault("dagdock.toml", 3, "is not valid TOML")),
        (".hadolint.yaml: cannot be read: x", Fault(".hadolint.yaml", 1, "cannot be read: x")),
        (".dclintrc: cannot be read: x", Fault(".dclintrc", 1, "cannot be read: x")),
        ("nothing of the kind", Fault("", 1, "nothing of the kind")),
    ],
)
def test_the_place_in_a_configuration_error(message: str, fault: Fault) -> None:
    found = fault_of(ConfigError(message))
    assert found.path == (os.path.abspath(fault.path) if fault.path else "")
    assert (found.line, found.message.startswith(fault.message)) == (fault.line, True)


# A rule that crashes


def test_a_rule_that_crashes_is_an_error_and_the_others_go_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.type("Dockerfile", "FROM python\nRUN cd /tmp\n")
    before = desk.codes("Dockerfile")
    crashing = next(rule for rule in RULES.of_kind("dockerfile") if rule.code == "DF101")

    def crash(*_: object, **__: object) -> Iterator[object]:
        raise RuntimeError("boom")
        yield

    monkeypatch.setattr(crashing, "check", crash)
    (judged,) = desk.session.judge(desk.key("Dockerfile"))
    assert ["boom" in error and "DF101" in error for error in judged.errors] == [True]
    assert [finding.rule.code for finding in judged.findings] == [code for code in before if code != "DF101"]


# The same as if everything were read anew

EDITS = st.lists(
    st.tuples(
        st.sampled_from(
            ["Dockerfile", "compose.yaml", ".env", "ingest/Dockerfile", "ingest/.dockerignore", "requirements.txt",
             "dags/orders_etl.py", "dags/daily_report.py", "dagdock.toml", "new/Dockerfile"]
        ),
        st.sampled_from(["type", "save", "close", "delete", "cut", "nothing"]),
        st.integers(0, 60),
    ),
    min_size=1,
    max_size=8,
)  # fmt: skip


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS)
def test_after_any_edits_all_is_as_if_it_were_read_anew(
    edits: Sequence[tuple[str, str, int]], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("shop")
    shutil.copytree(SHOP, folder, dirs_exist_ok=True)
    (folder / ".git").mkdir()
    monkeypatch.chdir(folder)
    desk = Desk(folder)
    opened = ["Dockerfile", "compose.yaml", "ingest/Dockerfile", "dags/orders_etl.py"]
    for path in opened:
        desk.type(path, (folder / path).read_text(encoding="utf-8"))
        desk.codes(path)
    for path, how, number in edits:
        key, full = desk.key(path), folder / path
        text = full.read_text(encoding="utf-8") if full.exists() else "FROM python\n"
        if path == "dagdock.toml":  # the last good one holds while one is broken, and that is another story
            text, how = ('ignore = ["DF101"]\n', 'select = ["DF", "PJ"]\n')[number % 2], "type" if how == "cut" else how
        lines = text.splitlines(keepends=True)
        shorter = (
            text
            if path == "dagdock.toml"
            else "".join(lines[: number % (len(lines) + 1)] + lines[number % (len(lines) + 1) + 1 :])
        )
        if how == "type":
            desk.type(path, shorter)
        elif how == "cut":
            desk.type(path, text[: number * len(text) // 60])
        elif how == "save":
            desk.write(path, shorter)
        elif how == "close":
            desk.session.drop(key)
        elif how == "delete" and full.exists():
            full.unlink()
            desk.session.note([key])
        desk.session.judge(key)
    anew = Desk(folder)
    anew.session.buffers = desk.session.buffers
    files = sorted({*opened, *(path for path, _, _ in edits)})
    for _ in range(2):  # the second round sees what the first one found in other files
        told = {path: _shown(desk, path) for path in files}
        expected = {path: _shown(anew, path) for path in files}
    assert told == expected


def _shown(desk: Desk, path: str) -> list[tuple[str, int, int, str]]:
    desk.session.judge(desk.key(path))
    return [
        (finding.rule.code, finding.span.start, finding.span.end, finding.message)
        for finding in desk.session.shown(desk.key(path))
    ]
