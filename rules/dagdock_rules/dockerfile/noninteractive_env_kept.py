from __future__ import annotations

import re

from dagdock.api import Bad, Edit, Env, Fix, Pair, Problem, Problems, Project, Span, Stage, rule

from ._contexts import is_base_of_others

NAMES = ("DEBIAN_FRONTEND",)


@rule(
    "DF633",
    severity="info",
    since="0.1",
    fix="safe",
    lessons=["L09"],
    bad=[
        Bad(
            "FROM debian:12\nENV «DEBIAN_FRONTEND=noninteractive»\nRUN apt-get update && apt-get install -y tzdata\n",
            fixed="FROM debian:12\nARG DEBIAN_FRONTEND=noninteractive\n"
            "RUN apt-get update && apt-get install -y tzdata\n",
        ),
        Bad(
            "FROM debian:12\nENV LANG=C.UTF-8 «DEBIAN_FRONTEND=noninteractive»\n",
            fixed="FROM debian:12\nARG DEBIAN_FRONTEND=noninteractive\nENV LANG=C.UTF-8\n",
        ),
    ],
    good=[
        "FROM debian:12\nARG DEBIAN_FRONTEND=noninteractive\n",
        "FROM debian:12\nRUN DEBIAN_FRONTEND=noninteractive apt-get install -y tzdata\n",
        "FROM debian:12\nENV DEBIAN_FRONTEND=noninteractive\nRUN apt-get update\nENV DEBIAN_FRONTEND=\n",
    ],
)
def noninteractive_env_kept(stage: Stage, project: Project) -> Problems:
    """DEBIAN_FRONTEND=noninteractive stays in the image.

    It is meant for the build, where nobody answers. As ENV it also holds in every container, where somebody may, and
    programs that ask through debconf go wrong without a word. ARG gives it to every RUN of the build and leaves nothing
    behind. An image that other Dockerfiles of the project build on is left alone: their builds count on it.

    https://docs.docker.com/build/building/variables/
    """
    if not stage.is_final:
        return
    for name in NAMES:
        binding = stage.scope_at().get(name)
        if binding is None or binding.kind != "env" or binding.pair is None or binding.value not in _QUIET:
            continue
        env = binding.instruction
        if isinstance(env, Env) and not _is_base(stage, project):
            yield Problem(
                binding.pair,
                f"`{name}` also stays set in every container, where an `apt-get install` by hand then asks nothing. "
                f"For the build alone write `ARG {name}={binding.value}`",
                fix=_fix(env, binding.pair),
            )


def _is_base(stage: Stage, project: Project) -> bool:
    """Whether other images are built on this one: other Dockerfiles name it, or its file is called so."""
    file = stage.span.source.path.lower().rpartition("/")[2]
    return "base" in re.split(r"[^a-z]+", file) or is_base_of_others(stage.dockerfile, project)


_QUIET = ("noninteractive", "teletype")


def _fix(env: Env, pair: Pair) -> Fix | None:
    value = pair.value
    if value is None or env.onbuild is not None:
        return None
    keyword = "ARG" if env.keyword.isupper() else "arg"
    line = f"{keyword} {pair.key}={value.raw.strip()}"
    if len(env.pairs) == 1:
        return Fix("Make it an ARG", [Edit(env, line)]) if "\n" not in env.span.text else None
    place = env.pairs.index(pair)
    if place:
        gap = Span(env.span.source, env.pairs[place - 1].span.end, pair.span.end)
    else:
        gap = Span(env.span.source, pair.span.start, env.pairs[1].span.start)
    if "#" in gap.text or env.span.begin.column != 1:
        return None
    start = env.span.source.span(env.span.start, env.span.start)
    return Fix("Make it an ARG", [Edit(start, line + env.span.source.newline), Edit(gap, "")])
