from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Env, Fix, Pair, Problem, Problems, Stage, Text, nearest, remembered, rule

from ._base_image import known_image
from ._variables import docker_reads

# Docker gives these to RUN without a declaration.
PROXIES = frozenset(("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"))
# What Docker or the shell sets for a running program only.
SHELL_ONLY = frozenset(("HOME", "USER", "PWD", "HOSTNAME", "SHELL", "LOGNAME", "UID"))


# Among more names, one that is close means nothing.
MOST = 500


@rule(
    "DF609",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L09"],
    aliases=["buildkit:UndefinedVar"],
    bad=[
        Bad(
            "FROM debian:12\nARG APP_HOME=/srv\nWORKDIR $«APP_HOEM»\n",
            fixed="FROM debian:12\nARG APP_HOME=/srv\nWORKDIR $APP_HOME\n",
        ),
        Bad("FROM alpine:3.20\nCOPY app /opt/$«VERSION»/app\nARG VERSION=1\n"),
    ],
    good=[
        "FROM debian:12\nARG APP_HOME=/srv\nWORKDIR $APP_HOME\n",
        "FROM debian:12\nWORKDIR ${APP_HOME:-/srv}\n",
        "FROM registry.example.com/base:1\nWORKDIR $APP_HOME\n",
        "FROM alpine:3.20\nENV PATH=/opt/bin:$PATH\nARG TARGETARCH\nCOPY app /$TARGETARCH/\n",
    ],
)
def undefined_variable(stage: Stage) -> Problems:
    """An instruction uses a variable that nothing above it declares.

    Docker puts in an empty text without a word, so `COPY app /opt/$VERSION/` copies to `/opt//`. Declare the variable
    with ARG or ENV above its use in the same stage. What the base image itself sets counts too: the rule speaks only
    where that is known, or where the name is close to one that is declared.

    https://docs.docker.com/reference/build-checks/undefined-var/
    """
    declared_globally = _declared_globally(stage.dockerfile)
    first = list(stage.chain())[-1]
    facts = known_image(first.image) if not first.is_scratch else {"env": []}
    told: set[str] = set()
    for instruction in stage.instructions[1:]:
        scope = stage.scope_at(instruction)
        for name in (variable.name for variable in docker_reads(instruction)):
            if name in scope or name in told or name in declared_globally or name == "PATH" or name.upper() in PROXIES:
                continue
            close = None
            if scope.size <= MOST:
                close = nearest(name, [each for each in scope.names() if each.isidentifier()])
            if close is None and (not facts or "env" not in facts or name in facts["env"]):
                continue
            told.add(name)
            setting = _pairs(instruction).get(name, ()) if isinstance(instruction, Env) else ()
            inside = [pair.value is not None and pair.value.span.holds(name) for pair in setting]
            if not all(inside):
                continue  # self-reference-in-env says it
            whole = all(pair.value is not None and _is_all(pair.value.raw, name) for pair in setting)
            yield _problem(name, close, own=("all" if whole else "part") if inside else "")


@remembered
def _declared_globally(file: Dockerfile) -> set[str]:
    """The names of the ARGs above the first FROM."""
    return {pair.key for argument in file.global_args for pair in argument.pairs}


@remembered
def _pairs(env: Env) -> dict[str, list[Pair]]:
    """The pairs of an ENV by the variable that they set."""
    found: dict[str, list[Pair]] = {}
    for pair in env.pairs:
        found.setdefault(str(pair.key), []).append(pair)
    return found


def _is_all(value: str, name: str) -> bool:
    return value.strip("\"'") in (f"${name}", f"${{{name}}}")


def _problem(name: Text, close: str | None, own: str) -> Problem:
    """`own` says whether the variable is all or a part of what it is set to itself."""
    if close:
        return Problem(
            name,
            f"`{name}` is declared nowhere above, so it is empty here. Did you mean `{close}`?",
            fix=Fix.replace(f"Write `{close}`", name, close, "unsafe"),
        )
    if name in SHELL_ONLY:
        return Problem(
            name,
            f"`{name}` is known only while a RUN or the container runs; here it is empty. Write the folder or name out",
        )
    if own == "part":
        return Problem(
            name,
            f"`{name}` is declared nowhere above, so it is empty here. Leave it out, and a `:` beside it",
        )
    if own:
        return Problem(
            name,
            f"`{name}` is declared nowhere above, so this sets it to nothing. Delete the line: what the container is "
            "started with comes in without it",
        )
    return Problem(name, f"`{name}` is declared nowhere above, so it is empty here. Add `ARG {name}` or `ENV {name}=…`")
