from __future__ import annotations

from dagdock.api import Bad, Env, Instruction, Problem, Problems, Related, Run, rule

from ._variables import docker_reads


@rule(
    "DF219",
    severity="warning",
    since="0.1",
    lessons=["L09"],
    bad=[
        Bad('FROM debian:12\nARG PORT=80\nENV «PORT=8080»\nCMD ["app"]\n'),
    ],
    good=[
        "FROM debian:12\nARG PORT=80\nENV PORT=$PORT\n",
        "FROM debian:12\nARG PORT\nENV PORT=${PORT:-8080}\n",
        "FROM debian:12\nARG DEBIAN_FRONTEND=noninteractive\nRUN apt-get update\nENV DEBIAN_FRONTEND=dialog\n",
    ],
)
def shadowed_arg(env: Env) -> Problems:
    """An ENV sets a constant over an ARG of the same name, so `--build-arg` has no effect.

    ENV wins over ARG from its line on. Whoever builds the image with `--build-arg` gets the constant all the same,
    and no message. Pass the value on (`ENV PORT=$PORT`), or delete the ARG.

    https://docs.docker.com/reference/dockerfile/#using-arg-variables
    """
    stage = env.stage
    if stage is None or env.onbuild is not None:
        return
    scope = stage.scope_at(env)
    for pair in env.pairs:
        name = str(pair.key)
        binding = scope.get(name)
        if pair.value is None or pair.value.variables or binding is None or binding.kind != "arg":
            continue
        argument = binding.instruction
        if argument is None or argument.stage is not stage or binding.pair is None:
            continue
        between = [each for each in stage.instructions if argument.index < each.index < env.index]
        if any(_uses(name, each) for each in between):
            continue
        yield Problem(
            pair,
            f"`--build-arg {name}=…` has no effect: this constant replaces the ARG in line {argument.span.line}. Write "
            f"`{name}=${{{name}}}` here, or delete the ARG",
            related=[Related(binding.pair, "the ARG that nobody sees")],
        )


def _uses(name: str, step: Instruction) -> bool:
    """Whether a step between the two sees the ARG: every RUN has it in its environment."""
    return isinstance(step, Run) or any(variable.name == name for variable in docker_reads(step))
