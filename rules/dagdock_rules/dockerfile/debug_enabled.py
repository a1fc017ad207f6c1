from __future__ import annotations

from dagdock.api import Bad, Expose, Pair, Problem, Problems, Run, Stage, rule

from ._made_for import is_for_development

ON = frozenset(("1", "true", "yes", "on", "*"))
SWITCHES = ("DEBUG", "FLASK_DEBUG", "DJANGO_DEBUG", "APP_DEBUG", "WP_DEBUG", "WERKZEUG_DEBUG_PIN_OFF")
ENVIRONMENTS = (
    "NODE_ENV",
    "FLASK_ENV",
    "RAILS_ENV",
    "RACK_ENV",
    "APP_ENV",
    "DJANGO_ENV",
    "SYMFONY_ENV",
    "ASPNETCORE_ENVIRONMENT",
    "DOTNET_ENVIRONMENT",
    "GO_ENV",
    "MIX_ENV",
)
COMPILERS = frozenset("make gmake cmake ninja meson cargo go gcc g++ cc clang rustc".split())
DEVELOPMENT = frozenset(("development", "dev", "debug", "local"))


@rule(
    "DF619",
    severity="info",
    since="0.1",
    security=3.0,
    aliases=["sonar:S4507"],
    tags=["security"],
    bad=[
        Bad('FROM python:3.12-slim\nENV «FLASK_DEBUG=1» PORT=8000\nCMD ["flask", "run"]\n'),
        Bad('FROM node:22-slim\nENV «NODE_ENV=development»\nCMD ["node", "server.js"]\n'),
    ],
    good=[
        "FROM node:22-slim AS build\nENV NODE_ENV=development\nFROM node:22-slim\nENV NODE_ENV=production\n",
        "FROM node:22-slim AS development\nENV NODE_ENV=development\n",
        "FROM python:3.12-slim\nENV DEBUG=0\n",
        {"Dockerfile.dev": "FROM node:22-slim\nENV NODE_ENV=development\n"},
    ],
)
def debug_enabled(stage: Stage) -> Problems:
    """The image switches debugging on for whoever runs it.

    In debug mode programs show their source, settings and memory to every visitor who makes them fail, some even run
    code from the browser, and all of them are slower. Set it where the container is run for development, in a Compose
    file or with `docker run -e`, and leave the image ready for production. DEBUG above a RUN that compiles is taken for
    an option of the build.

    https://docs.docker.com/compose/how-tos/production/
    """
    if not stage.is_final or is_for_development(stage):
        return
    scope = stage.scope_at()
    for name in (*SWITCHES, *ENVIRONMENTS, "XDEBUG_MODE"):
        binding = scope.get(name)
        if binding is None or binding.kind != "env" or binding.pair is None or not binding.value:
            continue
        if name == "DEBUG" and _is_built_with(stage, binding.pair):
            continue
        value = binding.value.lower()
        if name in SWITCHES:
            on = value in ON
        elif name in ENVIRONMENTS:
            on = value in DEVELOPMENT
        else:
            on = value not in ("off", "coverage")
        if on:
            shown = " and shows its inside to visitors" if any(part.last(Expose) for part in stage.chain()) else ""
            yield Problem(
                binding.pair,
                f"`{name}={binding.value}` stays on in every container of this image{shown}. Set it where a container "
                "is run for development",
            )


def _is_built_with(stage: Stage, pair: Pair) -> bool:
    """Whether a program is compiled below a variable, which may be what it is for."""
    return any(
        command.effective.name in COMPILERS
        for part in stage.chain()
        for run in part.all_of(Run)
        if run.span.start > pair.span.start
        for command in run.script.commands
    )
