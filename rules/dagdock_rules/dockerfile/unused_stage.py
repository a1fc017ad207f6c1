from __future__ import annotations

import re
from posixpath import dirname, join

from dagdock.api import Bad, Dockerfile, Problem, Problems, Project, Stage, remembered, rule

# Stages of these names are there to be asked for with `--target`.
ON_REQUEST = (
    "dev|devel|development|test|tests|testing|unit|integration|e2e|lint|linter|check|checks|debug|ci|prod|production|"
    "staging|release|local|docs|doc|bench|benchmark|coverage|format|validate|vendor|update|binary|binaries|artifact|"
    "artifacts|export|output|cross|image|runtime|server|client|web|api|app|worker|base|all|shell|run|builder|build|"
    "package|dist|final|target|runner|stage|migrate|migration|migrations|cli|agent|minimal|full|slim|rootless|default|devcontainer|watch"
)
# A program wrote what has more stages; its names are for that program.
MOST = 500
FILES = ("makefile", "justfile", "taskfile.yml", "jenkinsfile", ".gitlab-ci.yml", "docker-bake.hcl", "docker-bake.json")


@rule(
    "DF217",
    severity="info",
    since="0.1",
    lessons=["L06"],
    bad=[
        Bad(
            "FROM node:22-slim AS «assets»\nCOPY . .\nRUN npm run build\n"
            'FROM python:3.12-slim\nCOPY app /app\nCMD ["python", "/app/main.py"]\n'
        ),
        Bad("FROM «golang:1.23»\nRUN go install example.com/tool@v1.0.0\nFROM alpine:3.20\nCOPY tool /tool\n"),
    ],
    good=[
        "FROM node:22-slim AS assets\nRUN npm run build\nFROM nginx:1.27\nCOPY --from=assets /dist /srv\n",
        "FROM python:3.12-slim AS base\nFROM base AS test\nRUN pytest\nFROM base\nCOPY app /app\n",
        {
            "Dockerfile": "FROM node:22-slim AS assets\nRUN npm run build\nFROM nginx:1.27\n",
            "compose.yaml": "services:\n  assets:\n    build: {context: ., target: assets}\n",
        },
    ],
)
def unused_stage(stage: Stage, project: Project) -> Problems:
    """A stage is defined, and nothing is built on it or takes anything from it.

    BuildKit leaves such a stage out, so it is dead text, unless somebody builds it by name (`docker build --target`).
    Often a `COPY --from` was forgotten or names another stage. Names that are there to be asked for, such as `test`
    and `dev`, and those that a Compose file, a Makefile or a script of the project asks for, are not reported.

    https://docs.docker.com/build/building/multi-stage/#stop-at-a-specific-build-stage
    """
    if stage.is_final or stage.used_by or stage.from_instruction is None or stage.image_word is None:
        return
    if len(stage.instructions) == 1 and stage.name is not None:
        return  # an image that is only named, for a tool that keeps versions up to date
    file = stage.dockerfile
    if len(file.stages) > MOST:
        return
    if file.faults_of("stage-used-before-definition") or file.faults_of("variable-in-copy-from"):
        return
    name = stage.name
    if name is None:
        if not _has_variables(file):
            yield Problem(
                stage.image_word,
                "this stage has no name, and nothing takes anything from it, so it is never built. Delete it, or copy "
                f"from it with `--from={stage.index}`",
            )
        return
    lower = name.lower()
    named = re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE)
    if file.source.text.lower().count(lower) > stage.span.text.lower().count(lower) and any(
        named.search(other.span.text) for other in _others(file, stage)
    ):
        return
    if any(pattern.fullmatch(name) for other, pattern in _on_variable(file) if other is not stage):
        return
    if re.search(rf"(?:^|[-_.])(?:{ON_REQUEST})(?:$|[-_.\d])", name.lower()) or _is_asked_for(name, file, project):
        return
    yield Problem(
        name,
        f"nothing is built on `{name}` or copies from it, so Docker builds it for `--target {name}` only. Delete it if "
        f"nobody asks for that, or take from it with `COPY --from={name}`",
    )


@remembered
def _has_variables(file: Dockerfile) -> bool:
    return any("$" in step.span.text for step in file.instructions if step.name == "FROM")


def _others(file: Dockerfile, stage: Stage) -> list[Stage]:
    return [other for other in file.stages if other is not stage]


@remembered
def _on_variable(file: Dockerfile) -> list[tuple[Stage, re.Pattern[str]]]:
    """The stages whose FROM has a variable in it, and which names it may mean: `FROM app-$TARGETOS`."""
    words = [(stage, stage.image_word) for stage in file.stages]
    return [(stage, _pattern(word.raw)) for stage, word in words if word and word.variables]


def _pattern(name: str) -> re.Pattern[str]:
    pattern = "".join(".*" if part.startswith("$") else re.escape(part) for part in _pieces(name))
    return re.compile(pattern, re.IGNORECASE)


def _pieces(text: str) -> list[str]:
    return re.split(r"(\$\{[^}]*\}|\$\w+)", text)


def _is_asked_for(name: str, file: Dockerfile, project: Project) -> bool:
    """Whether a service, a build script or a workflow of the project builds the stage by its name."""
    for service in project.services_building(file):
        if service.build and service.build.target is not None and service.build.target.resolved in (name, None):
            return True
    named = re.compile(rf"target[\s\"':=]+{re.escape(name)}\b|\b{re.escape(name)}\b.*\btarget\b", re.IGNORECASE)
    folder = dirname(project.path_of(file) or "")
    places = [folder]
    while folder:
        folder = dirname(folder)
        places.append(folder)
    for place in dict.fromkeys((*places, ".github/workflows", "scripts", "hack", "ci")):
        for entry in project.facts.names(place or "."):
            lower = entry.lower()
            if lower in FILES or lower.endswith((".sh", ".mk", ".yml", ".yaml", ".md", ".hcl")):
                source = project.text(join(place, entry))
                if source is not None and named.search(source.text):
                    return True
    return False
