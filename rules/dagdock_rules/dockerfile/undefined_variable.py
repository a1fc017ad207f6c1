from __future__ import annotations

from dagdock.api import (
    Arg,
    Bad,
    Dockerfile,
    Env,
    Fix,
    Label,
    Pair,
    Problem,
    Problems,
    Related,
    Stage,
    Text,
    nearest,
    remembered,
    rule,
)

from ._base_image import is_set_by_base, known_image
from ._contexts import is_public
from ._layers import is_shipped
from ._variables import docker_reads, reads

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
        Bad(
            "FROM golang:1.26 AS build\nARG VERSION=dev\nRUN make app-$VERSION\nFROM gcr.io/distroless/static\n"
            "LABEL version=«$VERSION»\n",
            fixed="FROM golang:1.26 AS build\nARG VERSION=dev\nRUN make app-$VERSION\nFROM gcr.io/distroless/static\n"
            "ARG VERSION\nLABEL version=$VERSION\n",
        ),
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
    with ARG or ENV above its use in the same stage; an ARG of another stage does not count here. What the base image
    itself sets counts too: the rule speaks only where that is known, where another stage has an ARG of that name, or
    where the name is close to one that is declared.

    https://docs.docker.com/reference/build-checks/undefined-var/
    """
    declared_globally = _declared_globally(stage.dockerfile)
    first = list(stage.chain())[-1]
    facts = known_image(first.image) if not first.is_scratch else {"env": []}
    told: set[str] = set()
    yield from _of_other_stages(stage, declared_globally, told)
    for instruction in stage.instructions[1:]:
        if "$" not in instruction.span.text:
            continue
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
            own = ("all" if whole else "part") if inside else ""
            if isinstance(instruction, Arg) and any(str(pair.key) == name for pair in instruction.pairs):
                own = "default"
            elif own == "all" and not is_shipped(stage):
                own = ""  # what a container is started with never comes here
            elif isinstance(instruction, Label):
                own = "label"
            yield _problem(name, close, own)


def _of_other_stages(stage: Stage, declared_globally: set[str], told: set[str]) -> Problems:
    """The variables that only an ARG of another stage declares."""
    image = stage.root_image
    own = set(stage.chain())
    declared = {name: arg for name, arg in _args(stage.dockerfile).items() if arg.stage not in own}
    if not declared or not (image and is_public(image)) or not any(name in stage.span.text for name in declared):
        return
    for instruction in stage.instructions[1:]:
        for name, place in reads(instruction):
            if name in told or name not in declared or name in declared_globally or name.upper() in PROXIES:
                continue
            if name in stage.scope_at(instruction) or is_set_by_base(name, stage):
                continue
            if isinstance(instruction, Env) and name in _pairs(instruction):
                continue  # other rules say it
            told.add(name)
            assert stage.from_instruction
            yield Problem(
                place,
                f"`{name}` is empty here: the ARG in line {declared[name].span.line} is known in its own stage only. "
                f"Add `ARG {name}` to this stage",
                related=[Related(declared[name], "declared here, for that stage")],
                fix=Fix.insert_line_after(
                    f"Declare `ARG {name}` in this stage", stage.from_instruction, f"ARG {name}", "unsafe"
                ),
            )


@remembered
def _args(file: Dockerfile) -> dict[str, Arg]:
    """The ARGs of stages by name, the first of each."""
    found: dict[str, Arg] = {}
    for stage in file.stages:
        for arg in stage.all_of(Arg):
            for pair in arg.pairs:
                found.setdefault(str(pair.key), arg)
    return found


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


def _is_an_entry(name: Text) -> bool:
    """Whether a variable is one of the entries between colons, from one to the next: `$PYTHONPATH:/app`."""
    text, span = name.span.source.text, name.span
    before = text[: span.start].removesuffix("{").removesuffix("$")
    return before.endswith((":", "=", '"', "'")) and text[span.end :].removeprefix("}")[:1] in (
        ":",
        '"',
        "'",
        " ",
        "\t",
        "\r",
        "\n",
        "",
    )


def _without(name: Text) -> str:
    """What is left of a list without a variable and the colon beside it: `/app` of `$PYTHONPATH:/app`."""
    import re

    line = name.span.source.line_span(name.span.line)
    at = name.span.start - line.start
    begin = max(line.text.rfind(sign, 0, at) for sign in "= \t\"'") + 1
    end = re.search(r"[\s\"']|$", line.text[at:])
    value = line.text[begin : at + end.start()] if end else ""
    variable = rf"\$(?:{re.escape(name)}\b|\{{{re.escape(name)}\}})"
    rest = re.sub(rf"^{variable}:+|:+{variable}$|(?<=:){variable}:+", "", value)
    return f": `{rest}`" if rest and rest != value else ""


def _problem(name: Text, close: str | None, own: str) -> Problem:
    """`own` says whether the variable is all or a part of what it is set to itself, or its own default."""
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
    if own == "label":
        return Problem(
            name,
            f"`{name}` is declared nowhere above, so it is empty here. Declare it with `ARG {name}`, or write "
            f"`\\${{{name}}}` if the label is to hold the name itself",
        )
    if own == "default":
        return Problem(
            name,
            f"`{name}` as its own default is empty: nothing above declares it. Write `ARG {name}`, and give the value "
            "with `--build-arg`",
        )
    if own == "part" and not _is_an_entry(name):
        return Problem(name, f"`{name}` is declared nowhere above, so it is empty here. Leave it out")
    if own == "part":
        return Problem(
            name,
            f"`{name}` is declared nowhere above, so it is empty here, and the `:` beside it leaves an empty entry, "
            f"which is the current folder. Leave both out{_without(name)}",
            severity="info",
        )
    if own:
        return Problem(
            name,
            f"`{name}` is declared nowhere above, so this sets it to nothing. Delete the line: what the container is "
            "started with comes in without it",
        )
    return Problem(name, f"`{name}` is declared nowhere above, so it is empty here. Add `ARG {name}` or `ENV {name}=…`")
