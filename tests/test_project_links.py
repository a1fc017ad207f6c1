"""From one file to another: services, Dockerfiles, stages, contexts, DAG folders."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from posixpath import basename

import pytest

from dagdock.api import ComposeFile, DagModule, Dockerfile, Project, Service
from dagdock.facts import Disk
from dagdock.project import Broken, find_root
from dagdock.project.dotenv import read_env
from dagdock.workspace import Workspace


def compose(project: Project, path: str = "compose.yaml") -> ComposeFile:
    found = project.document(path)
    assert isinstance(found, ComposeFile)
    return found


def service(project: Project, name: str = "web", path: str = "compose.yaml") -> Service:
    return compose(project, path).services[name]


def dockerfile(project: Project, path: str = "Dockerfile") -> Dockerfile:
    found = project.document(path)
    assert isinstance(found, Dockerfile)
    return found


def built(build: str, files: Mapping[str, str] | None = None) -> Project:
    """A project whose service `web` has this `build`."""
    return Project.in_memory({"compose.yaml": f"services:\n  web:\n    build: {build}\n", **(files or {})})


@pytest.mark.parametrize(
    ("build", "context", "path"),
    [
        (".", ".", "Dockerfile"),
        ("./app", "app", "app/Dockerfile"),
        ("{context: app}", "app", "app/Dockerfile"),
        ("{context: ./app/, dockerfile: prod.Dockerfile}", "app", "app/prod.Dockerfile"),
        ("{context: app, dockerfile: ../docker/Dockerfile}", "app", "docker/Dockerfile"),
        ("{dockerfile: docker/web}", ".", "docker/web"),
        ("{context: '${DIR:-app}'}", "app", "app/Dockerfile"),
        ("{context: ., dockerfile_inline: FROM x}", ".", None),
        ("{context: app, dockerfile: '${FILE}'}", "app", None),
        ("'${DIR}'", None, None),
        ("../other", None, None),
        ("/srv/app", None, None),
        ("~/app", None, None),
        ("https://github.com/a/b.git", None, None),
        ("git@github.com:a/b", None, None),
        ("{context: app, dockerfile: ../../x}", "app", None),
        ("[]", ".", "Dockerfile"),
    ],
)
def test_where_build_leads(build: str, context: str | None, path: str | None) -> None:
    project = built(build)
    assert project.context_path(service(project)) == context
    assert project.dockerfile_path(service(project)) == path
    assert project.dockerfile_of(service(project)) is None
    assert project.stage_of(service(project)) is None
    assert project.context_of_service(service(project)) is None or context == "."


def test_no_build() -> None:
    project = Project.in_memory({"compose.yaml": "services:\n  web:\n    image: nginx\n"})
    assert project.context_path(service(project)) is None
    assert project.dockerfile_path(service(project)) is None


@pytest.mark.parametrize(
    ("target", "stage"),
    [
        ("", 2),
        (", target: base", 0),
        (", target: BASE", 0),
        (", target: '1'", 1),
        (", target: x", None),
        (", target: '${T}'", None),
    ],
)
def test_the_stage_that_a_service_runs(target: str, stage: int | None) -> None:
    project = built("{context: app" + target + "}", {"app/Dockerfile": "FROM a AS base\nFROM b\nFROM base\n"})
    found = project.stage_of(service(project))
    assert (found.index if found else None) == stage


def test_a_dockerfile_of_any_name_is_followed() -> None:
    project = built("{context: app, dockerfile: web.txt}", {"app/web.txt": "FROM a\n"})
    found = project.dockerfile_of(service(project))
    assert found is not None
    assert project.path_of(found) == "app/web.txt"
    assert project.services_building(found)[0].name == "web"


def test_a_lower_case_dockerfile_stands_in() -> None:
    project = built("app", {"app/dockerfile": "FROM a\n"})
    assert project.dockerfile_path(service(project)) == "app/dockerfile"


@pytest.mark.parametrize(
    ("file", "build", "path"),
    [
        ("compose.yaml", "app", "app/Dockerfile"),
        ("app/compose.yaml", ".", "app/Dockerfile"),
        ("app/deploy/compose.yaml", "..", "app/Dockerfile"),
        ("deploy/compose.yaml", "../app", "app/Dockerfile"),
        ("deploy/compose.yaml", "{context: .., dockerfile: app/Dockerfile}", "app/Dockerfile"),
        ("deploy/compose.yaml", "..", "Dockerfile"),
    ],
)
def test_the_services_that_build_a_dockerfile(file: str, build: str, path: str) -> None:
    project = Project.in_memory(
        {
            file: f"services:\n  web:\n    build: {build}\n  db:\n    image: postgres\n",
            path: "FROM a\nCOPY x .\n",
            "other/Dockerfile": "FROM a\nCOPY x .\n",
        }
    )
    (found,) = project.services_building(dockerfile(project, path))
    assert found.name == "web"
    assert project.services_building(dockerfile(project, "other/Dockerfile")) == []
    (context,) = project.contexts_of(dockerfile(project, path))
    assert context.stated is not None
    assert context.folder == project.context_path(found)


def test_files_that_cannot_lead_to_a_dockerfile_are_not_parsed() -> None:
    project = Project.in_memory(
        {
            "app/Dockerfile": "FROM a\n",
            "web/compose.yaml": "services:\n  web:\n    build: .\n",
            "db/compose.yaml": "services:\n  db:\n    image: app\n",
        }
    )
    assert project.services_building(dockerfile(project, "app/Dockerfile")) == []
    assert set(project._documents) == {"app/Dockerfile"}


def test_relative_paths_of_an_included_file() -> None:
    files = {
        "compose.yaml": "include:\n  - path: nginx/compose.yaml\n    project_directory: .\n",
        "nginx/compose.yaml": "services:\n  web:\n    build: ./nginx\n",
        "nginx/Dockerfile": "FROM nginx\n",
    }
    project = Project.in_memory(files)
    assert project.dockerfile_path(service(project, "web", "nginx/compose.yaml")) == "nginx/Dockerfile"
    del files["compose.yaml"]
    project = Project.in_memory(files)
    assert project.dockerfile_path(service(project, "web", "nginx/compose.yaml")) == "nginx/nginx/Dockerfile"


def test_relative_paths_of_an_extended_service() -> None:
    project = Project.in_memory(
        {
            "compose.yaml": "services:\n  web:\n    extends: {file: base/common.yaml, service: base}\n",
            "base/common.yaml": "services:\n  base:\n    build: app\n",
            "base/app/Dockerfile": "FROM a\n",
        }
    )
    assert project.dockerfile_path(service(project)) == "base/app/Dockerfile"


def test_values_come_from_the_env_file_beside() -> None:
    project = built("'${DIR}'", {".env": "# x\nexport DIR=app\n", "app/Dockerfile": "FROM a\n"})
    assert project.dockerfile_of(service(project)) is not None
    assert compose(project).env == {"DIR": "app"}


def test_checked_files_are_known_however_deep_they_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found in one file must not hang on which others were checked before it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    deep = tmp_path / "1/2/3/4/5/6/7"
    deep.mkdir(parents=True)
    for name in ("compose.yaml", "stack.yml"):
        (deep / name).write_text("services:\n  a:\n    image: x:1\n")
    (deep / "k8s.yaml").write_text("kind: Pod\n")

    def known(*names: str) -> list[str]:
        workspace = Workspace()
        for name in names:
            workspace.target(str(deep / name))
        project = workspace.project(str(tmp_path))
        return [basename(file.source.path) for file in project.compose_files(lambda *_: True)]

    assert known() == []
    assert known("k8s.yaml", "stack.yml", "compose.yaml") == ["compose.yaml", "stack.yml"]


def test_values_that_double_in_each_line_end_somewhere() -> None:
    lines = "A0=xxxxxxxx\n" + "".join(f"A{number + 1}=${{A{number}}}${{A{number}}}\n" for number in range(80))
    values = read_env(lines)
    assert values["A1"] == "x" * 16
    assert "A80" not in values
    assert sum(map(len, values.values())) < 1_000_000


def test_the_ignore_file_in_force() -> None:
    files = {
        "compose.yaml": "services:\n  web:\n    build: {context: ., dockerfile: docker/Dockerfile}\n",
        "docker/Dockerfile": "FROM a\nCOPY . .\n",
        ".dockerignore": "root\n",
        "docker/.dockerignore": "beside\n",
        "docker/Dockerfile.dockerignore": "own\n",
    }
    for expected, gone in (("own", "docker/Dockerfile.dockerignore"), ("root", ".dockerignore"), (None, "")):
        project = Project.in_memory(files)
        (context,) = project.contexts_of(dockerfile(project, "docker/Dockerfile"))
        stated = project.context_of_service(service(project))
        assert context.folder == "."
        assert [str(pattern.text) for pattern in (context.ignore_file.patterns if context.ignore_file else [])] == (
            [expected] if expected else []
        )
        assert stated is not None
        assert stated.ignore_file is context.ignore_file
        files.pop(gone, None)


@pytest.mark.parametrize(
    ("files", "path", "folder", "certain"),
    [
        ({"Dockerfile": "COPY a .\n"}, "Dockerfile", ".", True),
        ({"app/Dockerfile": "COPY a .\n", "app/a": ""}, "app/Dockerfile", "app", True),
        ({"app/Dockerfile": "COPY a b ./\n", "app/a": ""}, "app/Dockerfile", "app", True),
        ({"docker/Dockerfile": "COPY src .\n", "src/a": ""}, "docker/Dockerfile", ".", True),
        ({"a/docker/Dockerfile": "COPY src .\n", "a/src/a": "", "src/a": ""}, "a/docker/Dockerfile", "a", True),
        ({"docker/Dockerfile": "COPY src lib ./\n", "src/a": ""}, "docker/Dockerfile", ".", False),
        ({"docker/Dockerfile": "COPY src .\n"}, "docker/Dockerfile", "docker", False),
        ({"docker/Dockerfile": "ADD https://x/y .\n"}, "docker/Dockerfile", "docker", True),
        ({"docker/Dockerfile": "COPY . .\n"}, "docker/Dockerfile", "docker", True),
        ({"docker/Dockerfile": "COPY . .\n", ".dockerignore": ""}, "docker/Dockerfile", ".", True),
        ({"app/Dockerfile": "COPY . .\n", ".dockerignore": "", "Dockerfile": ""}, "app/Dockerfile", "app", False),
        ({"app/Dockerfile": "COPY . .\n", ".dockerignore": "", "app/.dockerignore": ""}, "app/Dockerfile", "app", True),
        (
            {"docker/Dockerfile": "RUN --mount=type=bind,source=src,target=/s make\n", "src/a": ""},
            "docker/Dockerfile",
            ".",
            True,
        ),
    ],
)
def test_the_context_where_nothing_states_it(files: dict[str, str], path: str, folder: str, certain: bool) -> None:
    project = Project.in_memory({name: "FROM a\n" + text for name, text in files.items()})
    (context,) = project.contexts_of(dockerfile(project, path))
    assert (context.folder, context.certain, context.stated) == (folder, certain, None)


@pytest.mark.parametrize(
    ("script", "text", "folder", "certain"),
    [
        ("Makefile", "image:\n\tdocker build -f a/docker/Dockerfile -t x:y .\n", ".", True),
        ("build.sh", "docker build . \\\n  --file=./a/docker/Dockerfile --build-arg A=b\n", ".", True),
        ("a/docker/build.sh", "docker buildx build -t x --file docker/Dockerfile ..\n", ".", True),
        ("a/docker/build.sh", 'cd ..; docker build --file "docker/Dockerfile" . && x\n', "a", True),
        (
            ".github/workflows/ci.yml",
            "steps:\n- uses: docker/build-push-action@v6\n  with:\n    file: a/docker/Dockerfile\n",
            ".",
            True,
        ),
        (
            ".github/workflows/ci.yml",
            "- uses: docker/build-push-action@v6\n  with:\n    context: ./a\n    file: ./a/docker/Dockerfile\n",
            "a",
            True,
        ),
        (
            "Makefile",
            "\tdocker build -f a/docker/Dockerfile .\n\tdocker build -f a/docker/Dockerfile a\n",
            "a/docker",
            False,
        ),
        ("Makefile", "\tdocker build -f a/docker/Dockerfile $(DIR)\n", "a/docker", True),
        ("Makefile", "\tdocker build -f b/docker/Dockerfile .\n", "a/docker", True),
        ("Makefile", "\tdocker build -f a/docker/Dockerfile https://x/y.git\n", "a/docker", True),
        ("Makefile", "\tdocker build -f a/docker/Dockerfile ../..\n", "a/docker", True),
        ("Makefile", "\tdocker build a/docker/Dockerfile\n", "a/docker", True),
    ],
)
def test_the_context_that_a_script_states(script: str, text: str, folder: str, certain: bool) -> None:
    project = Project.in_memory({"a/docker/Dockerfile": "FROM x\nCOPY . .\n", script: text})
    (context,) = project.contexts_of(dockerfile(project, "a/docker/Dockerfile"))
    assert (context.folder, context.certain) == (folder, certain)


def test_the_context_that_a_comment_states() -> None:
    text = "# docker build -f docker/Dockerfile -t app .\nFROM x\nCOPY . .\n"
    project = Project.in_memory({"docker/Dockerfile": text})
    assert [context.folder for context in project.contexts_of(dockerfile(project, "docker/Dockerfile"))] == ["."]


def context_with(ignore: str | None = None, **files: str) -> Project:
    ignored = {} if ignore is None else {"app/.dockerignore": ignore}
    paths = {f"app/{name.replace('__', '/')}": text for name, text in files.items()}
    return Project.in_memory({"app/Dockerfile": "FROM a\n", **ignored, **paths})


def test_sources_in_a_context() -> None:
    project = context_with(a="", src__x1="", src__x2="", src__y__z="")
    (context,) = project.contexts_of(dockerfile(project, "app/Dockerfile"))
    assert context.root_listing == ["Dockerfile", "a", "src"]
    for source in ("a", "./a", "/a", "../a", "src", "src/", "src/y/../x1", ".", "/"):
        assert context.exists(source) is True, source
    assert context.exists("b") is False
    assert context.exists("A") is False
    assert context.exists("b*") is None
    assert context.matches("src/x?") == ["src/x1", "src/x2"]
    assert context.matches("*/y/z") == ["src/y/z"]
    assert context.matches("src/[x]1") == ["src/x1"]
    assert context.matches("**") == ["Dockerfile", "a", "src"]
    assert context.matches("src/*") == ["src/x1", "src/x2", "src/y"]
    assert context.matches("[") == []
    assert context.path("../a") == "app/a"
    assert context.files() == ["Dockerfile", "a", "src/x1", "src/x2", "src/y/z"]


def test_what_an_ignore_file_keeps_out() -> None:
    project = context_with("*\n!src/x1\n", a="", src__x1="", src__x2="", lib__b="")
    (context,) = project.contexts_of(dockerfile(project, "app/Dockerfile"))
    assert context.ignored("a")
    assert context.ignored("/lib")
    assert context.ignored("src/x2")
    assert not context.ignored("src/x1")
    assert not context.ignored("src"), "something is left below it"
    assert context.files() == ["src/x1"]


@pytest.mark.parametrize(
    ("files", "source", "exists"),
    [
        ({".gitignore": "dist/\n"}, "dist", None),
        ({".gitignore": "/app/dist\n"}, "dist/x.js", None),
        ({"app/.gitignore": "*.jar\n"}, "target/a.jar", None),
        ({".gitignore": "/dist\n"}, "dist", False),
        ({".gitmodules": '[submodule "lib"]\n\tpath = app/lib\n'}, "lib/x", None),
        ({".gitmodules": "path = app/lib\n", "app/lib/y": ""}, "lib/x", False),
        ({"app/Makefile": "build:\n\tcp -r ../dags .\n"}, "dags", None),
        ({"build.sh": "cp dags app/\n"}, "dags", None),
        ({"build.sh": "cp my-dags app/\n"}, "dags", False),
    ],
)
def test_what_may_be_made_before_the_build(files: dict[str, str], source: str, exists: bool | None) -> None:
    project = Project.in_memory({"app/Dockerfile": "FROM a\n", **files})
    (context,) = project.contexts_of(dockerfile(project, "app/Dockerfile"))
    assert context.exists(source) is exists


def test_files_that_are_loaded_together() -> None:
    service_file = "services:\n  web:\n    image: a\n"
    part = "services:\n  web:\n    ports: ['80:80']\n"
    project = Project.in_memory(
        {
            "compose.yaml": service_file,
            "compose.override.yaml": part,
            "compose.dev.yaml": part,
            "whole.yaml": service_file,
            "listed/.env": "COMPOSE_FILE=b.yaml:a.yaml\n",
            "listed/a.yaml": part,
            "listed/b.yaml": service_file,
        }
    )

    def siblings(path: str) -> list[str | None]:
        return [project.path_of(file.source.whole) for file in project.siblings_of(compose(project, path))]

    assert siblings("compose.yaml") == ["compose.yaml", "compose.override.yaml"]
    assert siblings("compose.override.yaml") == ["compose.yaml", "compose.override.yaml"]
    assert siblings("compose.dev.yaml") == ["compose.yaml", "compose.dev.yaml"]
    assert siblings("whole.yaml") == ["whole.yaml"]
    assert project.compose_file("listed/a.yaml") is not None
    assert [file.source.path for file in project.siblings_of(compose(project, "listed/b.yaml"))] == [
        "listed/b.yaml",
        "listed/a.yaml",
    ]
    merged = project.merged(compose(project, "compose.dev.yaml")).services["web"]
    assert merged.image is not None
    assert len(merged.ports) == 1
    assert project.merged(compose(project, "whole.yaml")) is compose(project, "whole.yaml")


@pytest.mark.parametrize(
    ("volumes", "environment", "folder"),
    [
        ("['./dags:/opt/airflow/dags']", "", "dags"),
        ("['./a:/usr/local/airflow/dags:ro']", "", "a"),
        ("[{type: bind, source: ./x/dags, target: /opt/airflow/dags/}]", "", "x/dags"),
        ("['.:/opt/airflow']", "", "dags"),
        ("['./src:/srv']", "AIRFLOW__CORE__DAGS_FOLDER: /srv/pipelines", "src/pipelines"),
        ("['./dags:/opt/airflow/dags']", "AIRFLOW__CORE__DAGS_FOLDER: /elsewhere", None),
        ("['${AIRFLOW_PROJ_DIR:-.}/dags:/opt/airflow/dags']", "", "dags"),
        ("['${AIRFLOW_PROJ_DIR}/dags:/opt/airflow/dags']", "", None),
        ("['dags:/opt/airflow/dags']", "", None),
        ("['../dags:/opt/airflow/dags']", "", None),
        ("['./logs:/opt/airflow/logs']", "", None),
    ],
)
def test_the_folder_of_dags(volumes: str, environment: str, folder: str | None) -> None:
    text = f"services:\n  web:\n    image: apache/airflow:2.9.1\n    volumes: {volumes}\n"
    project = Project.in_memory({"compose.yaml": text + f"    environment: {{{environment}}}\n"})
    assert project.dag_folder_of(service(project)) == folder


def test_the_images_that_run_a_dag() -> None:
    dag = "from airflow import DAG\nwith DAG('x'): ...\n"
    image = "FROM apache/airflow:2.9.1\n"
    project = Project.in_memory(
        {
            "compose.yaml": "services:\n  web:\n    build: mounted\n    volumes: ['./dags:/opt/airflow/dags']\n",
            "mounted/Dockerfile": image,
            "copied/Dockerfile": image + "COPY more /opt/airflow/dags\n",
            "copied/more/b.py": dag,
            "dags/a.py": dag,
            "c.py": dag,
        }
    )

    def stages(path: str) -> list[str | None]:
        module = project.document(path)
        assert isinstance(module, DagModule)
        return [project.path_of(stage) for stage in project.stages_running(module)]

    assert stages("dags/a.py") == ["mounted/Dockerfile"]
    assert stages("copied/more/b.py") == ["copied/Dockerfile"]
    assert stages("c.py") == []


def test_paths_and_documents() -> None:
    project = Project.in_memory({"a/Dockerfile": "FROM x\n", "a/b.txt": "", "compose.yaml": "a: b\n".encode("utf-16")})
    file = dockerfile(project, "a/../a/Dockerfile")
    assert project.document("a/Dockerfile") is file
    assert project.path_of(file.stages[0]) == "a/Dockerfile"
    assert project.document("a/b.txt") is None
    assert project.document("missing/Dockerfile") is None
    assert project.document("../Dockerfile") is None
    broken = project.document("compose.yaml")
    assert isinstance(broken, Broken)
    assert "UTF-8" in broken.message
    assert project.exists("a") is project.exists("a/b.txt") is True
    assert project.exists("b") is False
    assert project.exists("../b") is None


def test_paths_are_shown_from_the_working_directory(tmp_path: Path) -> None:
    (tmp_path / "sub" / "app").mkdir(parents=True)
    (tmp_path / "sub" / "app" / "Dockerfile").write_text("FROM x\n")
    (tmp_path / "compose.yaml").write_text("services:\n  web:\n    build: ./sub/app\n")
    project = Project(Disk(str(tmp_path)), working_directory=str(tmp_path / "sub"))
    file = dockerfile(project, "sub/app/Dockerfile")
    assert file.source.path == "app/Dockerfile"
    assert project.relative("app/Dockerfile") == project.relative(str(tmp_path / "sub/app/Dockerfile"))
    assert project.relative("../../x") is None
    assert [found.name for found in project.services_building(file)] == ["web"]
    assert project.services_building(file)[0].span.source.path == "../compose.yaml"


def test_the_root_of_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    (deep / "Dockerfile").touch()
    monkeypatch.chdir(tmp_path / "a")
    assert find_root(str(deep)) == str(deep)
    assert find_root(str(deep / "Dockerfile")) == str(tmp_path / "a")
    assert find_root("b/c/Dockerfile") == str(tmp_path / "a")
    monkeypatch.chdir(os.sep)
    (tmp_path / "a" / "b" / "pyproject.toml").touch()
    assert find_root(str(deep / "Dockerfile")) == str(tmp_path / "a" / "b")
    (tmp_path / "a" / "dagdock.toml").touch()
    assert find_root(str(deep)) == str(tmp_path / "a")
    (tmp_path / ".git").mkdir()
    assert find_root(str(deep)) == str(tmp_path)


@pytest.mark.parametrize(
    ("overlay", "text"),
    [
        ("services:\n  tls:\n    build: extras/tls/\n    depends_on: [web]\n", ""),
        (
            "services:\n  tls:\n    image: a:1\n    volumes: ['./extras/tls/a.conf:/a.conf']\n    depends_on: [web]\n",
            "Just run `up`.\n",
        ),
        (
            "services:\n  tls:\n    image: a:1\n    depends_on: [web]\n",
            "docker compose \\\n  -f compose.yaml \\\n  -f extras/tls/tls-compose.yaml up\n",
        ),
    ],
)
def test_a_file_of_a_folder_below_is_loaded_on_top_of_the_base(overlay: str, text: str) -> None:
    files = {
        "compose.yaml": "services:\n  web:\n    image: a:1\n",
        "extras/tls/tls-compose.yaml": overlay,
        "extras/tls/Dockerfile": "FROM a:1\n",
        "extras/tls/a.conf": "",
        "extras/tls/README.md": text,
        ".env": "A=1\n",
    }
    project = Workspace.in_memory(files).project("")
    file = project.compose_file("extras/tls/tls-compose.yaml")
    assert file is not None
    assert set(project.merged(file).services) == {"web", "tls"}
    assert file.directory == ""
    assert file.env["A"] == "1"


@pytest.mark.parametrize(
    "overlay",
    [
        "services:\n  tls:\n    image: extras/tls/server:1\n",
        "services:\n  tls:\n    image: a:1\n    volumes: ['./extras/data:/data']\n",
        "services:\n  tls:\n    build: ../extras/tls/\n",
    ],
)
def test_a_file_of_a_folder_below_stands_alone(overlay: str) -> None:
    files = {
        "compose.yaml": "services:\n  web:\n    image: a:1\n",
        "extras/compose.yaml": overlay,
        "extras/README.md": "docker compose -f compose.yaml up, or docker compose -f extras/compose.yaml up\n",
        "extras/extras/tls/a": "",
    }
    project = Workspace.in_memory(files).project("")
    file = project.compose_file("extras/compose.yaml")
    assert file is not None
    assert set(project.merged(file).services) == {"tls"}
    assert file.directory == "extras"


def test_the_root_of_what_another_compose_file_includes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "compose.yaml").write_text("include:\n  - ./mail/compose.yaml\n")
    (tmp_path / "mail" / "compose.yaml").write_text("services:\n  mail:\n    image: a:1\n")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "compose.yaml").write_text("services:\n  web:\n    image: a:1\n")
    for folder in (os.sep, str(tmp_path / "mail")):
        monkeypatch.chdir(folder)
        assert find_root(str(tmp_path / "mail" / "compose.yaml")) == str(tmp_path)
    assert find_root(str(tmp_path / "other" / "compose.yaml")) == str(tmp_path / "other")


def test_a_deep_tree_is_not_walked_for_one_file(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"f{number}" / "a" / "b" / "c" / "d" / "e" / "f").mkdir(parents=True)
    (tmp_path / "Dockerfile").write_text("FROM x\n")
    facts = Disk(str(tmp_path))
    project = Project(facts)
    project.contexts_of(dockerfile(project))
    assert len(facts._listings) <= 30 * 5 + 1


@pytest.mark.parametrize(("stated", "day"), [("0", "1970-01-01"), ("1795305600", "2026-11-22")])
def test_the_day_can_be_stated(monkeypatch: pytest.MonkeyPatch, stated: str, day: str) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", stated)
    assert Project.in_memory({}).today == day


def test_a_day_that_is_none_is_today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "tomorrow")
    assert Project.in_memory({}).today > "2026"
