"""Which Airflow there is, what images install, and how requirement and .env files are read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagdock import image
from dagdock.api import AirflowVersion, DagModule, Dockerfile, Project
from dagdock.project.dotenv import read_env
from dagdock.project.requirements import parse_requirements
from dagdock.project.versions import in_constraints, in_packaging
from dagdock.text import Source

DAG = "from airflow import DAG\nwith DAG('x'): ...\n"


@pytest.mark.parametrize(
    ("text", "low", "high", "shown"),
    [
        ("2.9.1", (2, 9, 1), (2, 9, 2), "2.9.1"),
        ("2.10", (2, 10, 0), (2, 11, 0), "2.10"),
        ("3", (3, 0, 0), (4, 0, 0), "3"),
        ("v2.9", (2, 9, 0), (2, 10, 0), "2.9"),
        ("==2.9.1", (2, 9, 1), (2, 9, 2), "2.9.1"),
        ("==2.9.*", (2, 9, 0), (2, 10, 0), "2.9"),
        ("===2.9.1", (2, 9, 1), (2, 9, 2), "2.9.1"),
        ("2.9.1rc1", (2, 9, 1), (2, 9, 2), "2.9.1"),
        ("2.9.1.post1", (2, 9, 1), (2, 9, 2), "2.9.1"),
        ("2.9.1+composer", (2, 9, 1), (2, 9, 2), "2.9.1"),
        (">=3.0", (3, 0, 0), None, ">=3.0"),
        (">=2.7,<3", (2, 7, 0), (3, 0, 0), ">=2.7,<3.0"),
        (">= 2.7 , != 2.8.0, < 2.10", (2, 7, 0), (2, 10, 0), ">=2.7,<2.10"),
        ("~=2.5", (2, 5, 0), (3, 0, 0), ">=2.5,<3.0"),
        ("~=2.5.1", (2, 5, 1), (2, 6, 0), ">=2.5.1,<2.6"),
        ("^2.7", (2, 7, 0), (3, 0, 0), ">=2.7,<3.0"),
        ("~2.7.1", (2, 7, 1), (2, 8, 0), ">=2.7.1,<2.8"),
        ("<3", (0, 0, 0), (3, 0, 0), "<3.0"),
        ("<=2.9.1", (0, 0, 0), (2, 9, 2), "<2.9.2"),
    ],
)
def test_a_version_is_a_range(
    text: str, low: tuple[int, int, int], high: tuple[int, int, int] | None, shown: str
) -> None:
    version = AirflowVersion.parse(text)
    assert version is not None
    assert (version.low, version.high) == (low, high)
    assert str(version) == shown


@pytest.mark.parametrize("text", ["", "latest", "2.x", "!=2.0", ">=3,<2", "*", "main", "2.9;x", "99999.1"])
def test_no_version(text: str) -> None:
    assert AirflowVersion.parse(text) is None


def test_questions_to_a_version_have_three_answers() -> None:
    version = AirflowVersion.parse(">=2.7,<3")
    assert version is not None
    assert version.at_least(2) is version.at_least(2, 7) is True
    assert version.at_least(3) is False
    assert version.at_least(2, 9) is None
    assert (version.major, version.minor, version.pinned) == (2, None, False)
    pinned = AirflowVersion.parse("2.9")
    assert pinned is not None
    assert (pinned.major, pinned.minor, pinned.pinned) == (2, 9, True)
    assert pinned.at_least(2, 9, 1) is None
    assert version.overlaps(pinned)
    assert version.within(pinned) == pinned
    assert pinned.joined(version) == version


@pytest.mark.parametrize(
    ("reference", "version"),
    [
        ("apache/airflow:2.9.1", "2.9.1"),
        ("apache/airflow:2.9.1-python3.11", "2.9.1"),
        ("apache/airflow:slim-2.10.5-python3.11", "2.10.5"),
        ("docker.io/apache/airflow:2.9", "2.9"),
        ("registry.example.com/mirror/apache/airflow:3.0.2", "3.0.2"),
        ("puckel/docker-airflow:1.10.9", "1.10.9"),
        ("bitnami/airflow:2", "2"),
        ("quay.io/astronomer/astro-runtime:9.1.0", "2.7"),
        ("astrocrpublic.azurecr.io/runtime/astro-runtime:3.0-4", "3.0"),
        ("apache/airflow:latest", None),
        ("apache/airflow:latest-python3.12", None),
        ("apache/airflow", None),
        ("mycompany/pipelines:2.9.1", None),
        ("not-apache/airflow:2.9.1", None),
        ("python:3.12", None),
        ("astronomer/astro-runtime:3.0.1", None),
    ],
)
def test_the_tag_of_an_image(reference: str, version: str | None) -> None:
    parsed = image.parse(reference)
    assert parsed is not None
    found = AirflowVersion.of_image(parsed)
    assert (str(found) if found else None) == version


@pytest.mark.parametrize(
    ("address", "version"),
    [
        ("https://raw.githubusercontent.com/apache/airflow/constraints-2.9.1/constraints-3.11.txt", "2.9.1"),
        ("https://x/constraints-2.10.0rc1/constraints-no-providers-3.11.txt", "2.10.0"),
        ("https://x/constraints-main/constraints-3.11.txt", None),
        ("constraints-3.11.txt", None),
        ("constraints.txt", None),
    ],
)
def test_the_address_of_constraints(address: str, version: str | None) -> None:
    found = in_constraints(address)
    assert (str(found) if found else None) == version


@pytest.mark.parametrize(
    ("text", "versions"),
    [
        ('dependencies = ["apache-airflow==2.9.1"]', ["2.9.1"]),
        ('dependencies = ["apache-airflow[celery] >=2.7, <3", "apache-airflow-providers-x>=5"]', [">=2.7,<3.0"]),
        ('apache-airflow = "^2.7"', [">=2.7,<3.0"]),
        ('apache-airflow = "2.9.1"', ["2.9.1"]),
        ('apache-airflow = {extras = ["celery"], version = "2.9.1"}', ["2.9.1"]),
        ("install_requires =\n    apache-airflow>=2.3.0\n    requests", [">=2.3"]),
        ("# apache-airflow==2.9.1", []),
        ("apache-airflow-providers-http==4.0", []),
        ("apache-airflow", []),
    ],
)
def test_packaging_files(text: str, versions: list[str]) -> None:
    assert [str(version) for version, _ in in_packaging(Source("pyproject.toml", text), is_lock=False)] == versions


def test_a_lock_file() -> None:
    text = (
        '[[package]]\nname = "apache-airflow"\nversion = "2.9.1"\n\n[package.dependencies]\napache-airflow = ">=2.3"\n'
    )
    assert [str(version) for version, _ in in_packaging(Source("uv.lock", text), is_lock=True)] == ["2.9.1"]


def found_in(files: dict[str, str]) -> list[tuple[str, str, str, str]]:
    project = Project.in_memory(files)
    return [(found.path, str(found.version), found.source, found.place.text) for found in project.airflow_versions()]


def test_every_place_that_says_a_version() -> None:
    assert found_in(
        {
            "Dockerfile": "ARG V=2.9.1\nFROM apache/airflow:${V}-python3.11\nFROM python:3.11\nARG V\n"
            "RUN pip install 'apache-airflow[celery]'==$V \\\n -c https://x/constraints-${V}/constraints-3.11.txt\n",
            "compose.yaml": "x-a: &a\n  image: ${IMAGE:-apache/airflow:2.10.0}\n"
            "services:\n  a:\n    <<: *a\n  b:\n    <<: *a\n  c:\n    build: .\n    image: apache/airflow:9.9.9\n",
            "requirements.txt": "apache-airflow==2.8.0\napache-airflow==2.7.0; python_version<'3.8'\n-c https://x/constraints-2.8.0/constraints-3.8.txt\n",
            "constraints.txt": "Apache_Airflow==2.8.0\n",
            "pyproject.toml": '[project]\ndependencies = ["apache-airflow>=2.7"]\n',
            "dags/a.py": DAG,
        }
    ) == [
        ("Dockerfile", "2.9.1", "image", "apache/airflow:${V}-python3.11"),
        ("Dockerfile", "2.9.1", "requirement", "'apache-airflow[celery]'==$V"),
        ("Dockerfile", "2.9.1", "constraints", "https://x/constraints-${V}/constraints-3.11.txt"),
        ("compose.yaml", "2.10.0", "image", "${IMAGE:-apache/airflow:2.10.0}"),
        ("constraints.txt", "2.8.0", "constraints", "Apache_Airflow==2.8.0"),
        ("pyproject.toml", ">=2.7", "requirement", "apache-airflow>=2.7"),
        ("requirements.txt", "2.8.0", "requirement", "apache-airflow==2.8.0"),
        ("requirements.txt", "2.8.0", "constraints", "https://x/constraints-2.8.0/constraints-3.8.txt"),
    ]


def version_for(files: dict[str, str], path: str = "dags/a.py", configured: str | None = None) -> str | None:
    project = Project.in_memory({path: DAG, **files}, airflow_version=configured)
    module = project.document(path)
    assert isinstance(module, DagModule)
    version = project.airflow_version(module.source.whole)
    return str(version) if version else None


def test_the_version_for_a_dag() -> None:
    image = "FROM apache/airflow:2.9.1\n"
    assert version_for({}) is None
    assert version_for({"Dockerfile": image}) == "2.9.1"
    assert version_for({"docker/airflow/Dockerfile": image}) == "2.9.1"
    assert version_for({"Dockerfile": image}, configured="2.4") == "2.4"
    assert version_for({"Dockerfile": image, "pyproject.toml": '"apache-airflow>=2.3"'}) == "2.9.1"
    assert version_for({"Dockerfile": image, "tests/Dockerfile": "FROM apache/airflow:2.2.0\n"}) == "2.9.1"
    assert version_for({"Dockerfile": image, "other/Dockerfile": "FROM apache/airflow:2.2.0\n"}) == "2.9.1"
    assert version_for({"requirements.txt": "apache-airflow>=2.5\n"}) == ">=2.5"
    assert version_for({"requirements.txt": "apache-airflow>=2.5\n", "image/Dockerfile": image}) == "2.9.1"
    # Two that differ: whatever depends on the difference is unknown.
    assert version_for({"Dockerfile": image, "requirements.txt": "apache-airflow==2.4.0\n"}) == ">=2.4,<2.9.2"
    mixed = {"infra/compose.yaml": "services:\n  a:\n    image: apache/airflow:2.9.1\n"}
    assert version_for({**mixed, "requirements.txt": "apache-airflow==2.4.0\n"}) == ">=2.4,<2.9.2"


def test_a_project_of_several_projects() -> None:
    files = {
        "one/Dockerfile": "FROM apache/airflow:2.9.1\n",
        "two/compose.yaml": "services: {a: {image: apache/airflow:3.0.2}}\n",
    }
    assert version_for(files, "one/dags/a.py") == "2.9.1"
    assert version_for(files, "two/dags/a.py") == "3.0.2"
    assert version_for(files, "three/dags/a.py") is None
    tools = {
        "tools/check/requirements.txt": "apache-airflow==3.3.0\n",
        "tools/costs/requirements.txt": "apache-airflow==3.3.0\n",
    }
    assert version_for(tools, "examples/dags/a.py") is None
    assert version_for(tools, "tools/third/dags/a.py") is None
    beside = {"docker/Dockerfile": "FROM apache/airflow:2.9.1\n", "deps/requirements.txt": "apache-airflow==2.9.1\n"}
    assert version_for(beside, "dags/a.py") == "2.9.1"
    assert version_for(beside, "src/shop/dags/a.py") == "2.9.1"


def test_a_project_of_several_projects_and_one_without_a_pin() -> None:
    pin = "apache-airflow==3.3.0\n"
    assert version_for({"other/requirements.txt": pin}, "tool/dags/a.py") is None
    assert version_for({"docker/requirements.txt": pin}, "loads/a.py") == "3.3.0"
    # Where all around it is old, so is this one.
    old = {"one/requirements.txt": "apache-airflow==2.0.0\n", "two/Dockerfile": "FROM apache/airflow:1.10.11\n"}
    assert version_for(old, "three/dags/a.py") == ">=1.10.11,<2.0.1"


def test_a_pin_beside_a_file_far_down() -> None:
    deep = "a/b/c/d/e/f/g"
    files = {f"{deep}/dags/a.py": DAG, f"{deep}/requirements.txt": "apache-airflow==2.9.1\n"}
    project = Project(Project.in_memory(files).facts, checked=[f"{deep}/dags/a.py"])
    module = project.document(f"{deep}/dags/a.py")
    assert isinstance(module, DagModule)
    assert str(project.airflow_version(module.source.whole)) == "2.9.1"


def test_the_image_that_a_service_is_built_on() -> None:
    arguments = (
        "x-image: &image apache/airflow:2.0.0-python3.8\nservices:\n  a:\n    build:\n      context: .\n      args:\n"
    )
    assert version_for({"compose.yaml": arguments + "        BASE: *image\n"}) == "2.0.0"
    assert version_for({"compose.yaml": arguments + "        AIRFLOW_VERSION: 2.8.1\n"}) == "2.8.1"
    assert version_for({"compose.yaml": arguments + "        OTHER_VERSION: 2.8.1\n"}) is None


@pytest.mark.parametrize(
    ("code", "version"),
    [
        ("from airflow.operators.bash_operator import BashOperator\n", "<3.0"),
        ("from airflow.contrib.hooks.ssh_hook import SSHHook\n", "<3.0"),
        ("from airflow.utils.dates import days_ago\n", "<3.0"),
        ("from airflow.providers.postgres.operators.postgres import PostgresOperator\n", "<3.0"),
        ("from airflow import DAG\nDAG('y', schedule_interval=None)\n", "<3.0"),
        ("from airflow.operators import HubspotToS3Operator\n", "<2.0"),
        ("from airflow.operators.python import PythonOperator\n", None),
        ("from airflow.operators import bash\n", None),
        ("try:\n    from airflow.utils.dates import days_ago\nexcept ImportError:\n    pass\n", None),
        ("# schedule_interval=None\n", None),
    ],
)
def test_what_a_file_uses_says_which_airflow(code: str, version: str | None) -> None:
    assert version_for({"dags/a.py": code + DAG}) == version
    # What is pinned for it comes first.
    assert version_for({"dags/a.py": code + DAG, "requirements.txt": "apache-airflow==3.0.2\n"}) == "3.0.2"


def test_imports_speak_for_their_file() -> None:
    assert version_for({"dags/a.py": "from airflow.sdk import DAG\n" + DAG}) == ">=3.0"
    assert (
        version_for({"dags/a.py": "import airflow.sdk.x\n" + DAG, "Dockerfile": "FROM apache/airflow:3.1.0\n"})
        == "3.1.0"
    )
    guarded = "try:\n    from airflow.sdk import DAG\nexcept ImportError:\n    from airflow import DAG\n" + DAG
    assert version_for({"dags/a.py": guarded}) is None


def installed(files: dict[str, str], path: str = "Dockerfile") -> tuple[list[str], bool]:
    project = Project.in_memory(files)
    dockerfile = project.document(path)
    assert isinstance(dockerfile, Dockerfile)
    found = project.requirements_of(dockerfile.stages[-1])
    return [
        f"{each.name}{'?' if each.specifier is None else each.specifier}" for each in found.requirements
    ], found.complete


@pytest.mark.parametrize(
    ("run", "expected", "complete"),
    [
        ("pip install a 'b[x,y]>=1,<2' c==3", ["a", "b>=1,<2", "c==3"], True),
        ("python3 -m pip install --no-cache-dir --upgrade Foo_Bar.Baz", ["foo-bar-baz"], True),
        ("pip3 --no-cache-dir install -i https://x -U a", ["a"], True),
        ("uv pip install --system a", ["a"], True),
        ("apt-get update && pip install a && rm -rf /tmp", ["a"], True),
        ("pip install a==$V b", ["a?", "b"], True),
        ("pip install a==$W b==${X:-2}", ["a==1.5", "b==2"], True),
        ("pip install $PACKAGES", [], False),
        ("pip install . ./lib x.whl", [], False),
        ("pip install -e .", [], False),
        ("pip install git+https://x/y.git", [], False),
        ("pip install 'a @ https://x/a.whl'", ["a?"], True),
        ("pip install -r missing.txt", [], False),
        ("pip install -r $FILE", [], False),
        ("pip uninstall a", [], True),
        ("poetry install", [], False),
        ("uv sync", [], False),
        ("./install.sh", [], False),
        ("echo pip install a", [], True),
    ],
)
def test_what_a_run_installs(run: str, expected: list[str], complete: bool) -> None:
    assert installed({"Dockerfile": f"FROM x\nARG V\nARG W=1.5\nRUN {run}\n"}) == (expected, complete)


@pytest.mark.parametrize(
    ("copy", "name"),
    [
        ("COPY requirements.txt /tmp/requirements.txt", "/tmp/requirements.txt"),
        ("COPY requirements.txt .", "requirements.txt"),
        ("COPY . /app", "/app/requirements.txt"),
        ("COPY . .", "requirements.txt"),
        ("ENV x=y", "requirements.txt"),
    ],
)
def test_requirement_files_are_followed(copy: str, name: str) -> None:
    files = {
        "Dockerfile": f"FROM x\n{copy}\nRUN pip install -r {name}\n",
        "requirements.txt": "a==1 # why\n-r more/base.txt\n\n--index-url https://x\nb\n",
        "more/base.txt": "c>=2\n-r ../requirements.txt\n",
    }
    assert installed(files) == (["a==1", "b", "c>=2"], True)


def test_requirements_of_other_stages() -> None:
    files = {
        "Dockerfile": "FROM x AS base\nRUN pip install a\nFROM x AS tools\nRUN pip install b\n"
        "FROM x AS unused\nRUN pip install c\nFROM base\nCOPY --from=tools /venv /venv\nRUN pip install d\n"
    }
    assert installed(files) == (["d", "a", "b"], True)


def test_a_mounted_requirement_file_in_a_sub_folder() -> None:
    run = "--mount=type=bind,source=deps/requirements.txt,target=/r/requirements.txt pip install -r /r/requirements.txt"
    assert installed({"Dockerfile": f"FROM x\nRUN {run}\n", "deps/requirements.txt": "a\n"}) == (["a"], True)


def test_requirements_know_where_they_stand() -> None:
    source = Source(
        "requirements.txt", "\ufeff# é\r\n  Apache_Airflow[a, B]==2.9.1 \\\r\n    --hash=sha256:1\r\n-e .\r\n"
    )
    file = parse_requirements(source)
    (requirement,) = file.requirements
    assert (requirement.name, requirement.version, requirement.extras) == ("apache-airflow", "2.9.1", ("a", "b"))
    assert requirement.span.text == "Apache_Airflow[a, B]==2.9.1"
    assert requirement.span.line == 2
    assert not file.complete


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a", "a"),
        ("a==1;python_version<'3'", "a==1"),
        ("a (>=1)", "a>=1"),
        ("a @ https://x/y", "a?"),
        ("a>=1 --no-binary x", "a>=1"),
        ("https://x/y.whl", None),
        ("./a", None),
        ("a/b", None),
        ("$A", None),
        ("{{ a }}", None),
    ],
)
def test_one_line_of_requirements(line: str, expected: str | None) -> None:
    found = parse_requirements(Source("requirements.txt", line)).requirements
    shown = [f"{each.name}{'?' if each.specifier is None else each.specifier}" for each in found]
    assert shown == ([expected] if expected else [])


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab-_.=<>~![](){};,#\\ \t\r\n'\"$@/:^*|12é")))
def test_any_text_is_read(text: str) -> None:
    for requirement in parse_requirements(Source("requirements.txt", text)).requirements:
        assert requirement.span.text
    list(in_packaging(Source("pyproject.toml", "apache-airflow" + text), is_lock=False))
    AirflowVersion.parse(text)
    read_env(text)
    in_constraints(text)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("A=1\nB = two \n", {"A": "1", "B": "two"}),
        ("export A=1\nA: 2\n", {"A": "2"}),
        ("A='$X # y'\nB=\"a\\nb $A\"\n", {"A": "$X # y", "B": "a\nb $X # y"}),
        ("A=1 # why\nB=x#y\nC=# z\n", {"A": "1", "B": "x#y", "C": "# z"}),
        ("A=$X\nB=${A}\nC=c\n", {"C": "c"}),
        ("A=1\nA=${NO}\n", {}),
        ("# A=1\n\ufeff\nB=2\r\n", {"B": "2"}),
        ("A=\nB", {"A": ""}),
        ("A=${B:-x}\nC=${D-${A}y}\nE=$$A\n", {"A": "x", "C": "xy", "E": "$A"}),
        ("A='it\\'s'\nB=\"p\\$q\\\"\"\nC=a\t# b\n", {"A": "it's", "B": 'p$q"', "C": "a\t# b"}),
    ],
)
def test_env_files(text: str, values: dict[str, str]) -> None:
    assert read_env(text) == values


def test_hostile_text_takes_no_long_time() -> None:
    from time import process_time

    begin = process_time()
    for text in (
        "apache-airflow" * 50_000,
        "apache-airflow ==" + "1," * 100_000,
        "a[" * 100_000,
        'A="' + "\\" * 200_001,
    ):
        parse_requirements(Source("requirements.txt", text))
        list(in_packaging(Source("pyproject.toml", text), is_lock=False))
        read_env(text)
        in_constraints("constraints-" + text)
        AirflowVersion.parse(text)
    assert process_time() - begin < 3
