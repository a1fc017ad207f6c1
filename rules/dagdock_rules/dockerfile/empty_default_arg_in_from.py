from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Pair, Problem, Problems, Project, Related, Scope, Stage, parse_image, rule

from ._build_args import is_passed


@rule(
    "DF110",
    severity="warning",
    since="0.1",
    aliases=["buildkit:InvalidDefaultArgInFrom"],
    bad=[
        Bad("ARG VERSION\nFROM «alpine:$VERSION»\n"),
        Bad("ARG BASE=\nFROM «$BASE»\n"),
    ],
    good=[
        "ARG VERSION=3.20\nFROM alpine:$VERSION\n",
        "ARG VARIANT\nFROM python:3.12$VARIANT\n",
        {
            "Dockerfile": "ARG VERSION\nFROM alpine:$VERSION\n",
            "compose.yaml": "services:\n  web:\n    build:\n      context: .\n      args:\n        VERSION: '3.20'\n",
        },
    ],
)
def empty_default_arg_in_from(stage: Stage, project: Project) -> Problems:
    """The defaults of the ARGs in FROM give no image that Docker could take.

    `docker build .` then stops at this line unless somebody knows which `--build-arg` to give. A default that works
    costs nothing, and whoever passes a value still has it. Nothing is said where a Compose or Bake file or a script
    beside the Dockerfile passes the value.

    https://docs.docker.com/reference/build-checks/invalid-default-arg-in-from/
    """
    word = stage.image_word
    if word is None or not word.variables or word.fault or stage.parent:
        return
    scope, file = stage.dockerfile.global_scope, stage.dockerfile
    names = list(dict.fromkeys(str(variable.name) for variable in word.variables))
    if any(name not in scope or (scope.value(name) is None and not scope.unset(name)) for name in names):
        return  # declared nowhere, or made by the builder
    name = word.resolve(_Defaults(scope))
    if name is None or parse_image(name) is not None or any(is_passed(each, file, project) for each in names):
        return
    given = f"`{name}`, which is no image" if name else "no image at all"
    pair = _pair(file, names[-1])
    demanded = not name.strip(":/@")  # an image that each build names by design: worth knowing, and hardly an oversight
    yield Problem(
        word,
        f"with the defaults of its ARGs this is {given}, so a build without "
        f"`--build-arg {names[-1]}=…` stops here. Give `{names[-1]}` a default that works",
        related=[Related(pair, "the ARG is declared here")] if pair else (),
        severity="info" if demanded else None,
    )


def _pair(file: Dockerfile, name: str) -> Pair | None:
    pairs = [pair for argument in file.global_args for pair in argument.pairs if pair.key == name]
    return pairs[-1] if pairs else None


class _Defaults:
    """The variables of a place as a build without any `--build-arg` has them: what is not set is empty."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def value(self, name: str) -> str | None:
        return "" if self._scope.unset(name) else self._scope.value(name)

    def unset(self, name: str) -> bool:
        return self._scope.unset(name)
