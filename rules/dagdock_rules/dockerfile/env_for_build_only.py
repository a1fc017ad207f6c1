from __future__ import annotations

from dagdock.api import Bad, Edit, Env, Fix, Instruction, Onbuild, Pair, Problem, Problems, Run, Stage, rule


@rule(
    "DF634",
    severity="info",
    since="0.1",
    default=False,
    fix="unsafe",
    lessons=["L09"],
    bad=[
        Bad(
            "FROM debian:12\nENV «TINI_VERSION=v0.19.0»\n"
            "RUN curl -fLo /tini https://github.com/krallin/tini/releases/download/$TINI_VERSION/tini\n",
            fixed="FROM debian:12\nARG TINI_VERSION=v0.19.0\n"
            "RUN curl -fLo /tini https://github.com/krallin/tini/releases/download/$TINI_VERSION/tini\n",
        ),
    ],
    good=[
        "FROM debian:12\nARG TINI_VERSION=v0.19.0\n"
        "RUN curl -fLo /tini https://github.com/krallin/tini/releases/download/$TINI_VERSION/tini\n",
        "FROM debian:12\nENV APP_VERSION=1.2.3\nRUN install-app $APP_VERSION\nLABEL version=$APP_VERSION\n",
        'FROM debian:12\nENV APP_VERSION=1.2.3\nCMD ["app"]\n',
    ],
)
def env_for_build_only(stage: Stage) -> Problems:
    """A variable that only RUN uses is set with ENV.

    ENV stays in every container of the image, where a version or an address of a download is of no use to anybody; ARG
    holds for the build only and can be changed by `--build-arg`. Nobody but you can know whether a program reads the
    variable at run time, so this is off by default.

    https://docs.docker.com/build/building/variables/
    """
    if not stage.is_final:
        return
    for env in stage.all_of(Env):
        for pair in env.pairs:
            if _is_for_downloads(pair) and _only_in_runs(stage, env, str(pair.key)):
                yield Problem(
                    pair,
                    f"only RUN uses `{pair.key}`, and ENV keeps it in every container. Write `ARG {pair.key}=…`",
                    fix=_fix(env, pair),
                )


def _is_for_downloads(pair: Pair) -> bool:
    """Whether the value is an address or a version."""
    import re

    text = pair.value.literal if pair.value else None
    return bool(text and re.fullmatch(r"https?://\S+|v?\d+(?:\.\d+)+(?:[-+.]\w+)*", text))


def _only_in_runs(stage: Stage, env: Env, name: str) -> bool:
    """Whether a RUN below uses a variable, and nothing else does."""
    import re

    used = re.compile(rf"\$\{{?{re.escape(name)}\b")
    users: list[Instruction] = [
        each for each in stage.instructions if each is not env and used.search(each.logical.code.text + _heredocs(each))
    ]
    inside = [pair for pair in env.pairs if pair.value and used.search(pair.value.raw)]
    return bool(users) and not inside and all(isinstance(each, Run) and not isinstance(each, Onbuild) for each in users)


def _heredocs(instruction: Instruction) -> str:
    return "".join(heredoc.body.text for heredoc in instruction.heredocs)


def _fix(env: Env, pair: Pair) -> Fix | None:
    if len(env.pairs) > 1 or pair.value is None or "\n" in env.span.text:
        return None
    keyword = "ARG" if env.keyword.isupper() else "arg"
    return Fix("Make it an ARG", [Edit(env, f"{keyword} {pair.key}={pair.value.raw.strip()}")], "unsafe")
