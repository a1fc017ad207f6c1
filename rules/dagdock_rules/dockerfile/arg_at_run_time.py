from __future__ import annotations

from dagdock.api import Bad, Cmd, Entrypoint, Fix, Healthcheck, Problem, Problems, Related, Stage, rule

from ._variables import script_reads


@rule(
    "DF640",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L09"],
    bad=[
        Bad(
            'FROM python:3.12-slim\nARG PORT=8000\nCMD ["sh", "-c", "exec gunicorn --bind :«$PORT» shop:app"]\n',
            fixed="FROM python:3.12-slim\nARG PORT=8000\nENV PORT=$PORT\n"
            'CMD ["sh", "-c", "exec gunicorn --bind :$PORT shop:app"]\n',
        ),
        Bad("FROM alpine:3.20\nARG MODE=fast\nENTRYPOINT exec /serve --mode «${MODE}»\n"),
    ],
    good=[
        "FROM python:3.12-slim\nARG PORT=8000\nENV PORT=$PORT\nCMD exec gunicorn --bind :$PORT shop:app\n",
        "FROM python:3.12-slim\nARG PORT=8000\nCMD exec gunicorn --bind :${PORT:-8000} shop:app\n",
        "FROM python:3.12-slim\nCMD exec gunicorn --bind :$PORT shop:app\n",
    ],
)
def arg_at_run_time(stage: Stage) -> Problems:
    """The container's command uses an ARG, which is there only while the image is built.

    The shell of CMD, ENTRYPOINT and HEALTHCHECK starts with the container, and knows what ENV has set and what
    `docker run -e` hands over. An ARG is gone by then: its name stands for nothing, without any message. Hand the value
    on with `ENV NAME=$NAME`.

    https://docs.docker.com/build/building/variables/#arg-usage-example
    """
    if not stage.is_final:
        return
    told: set[str] = set()
    for command in filter(None, (stage.last(Entrypoint), stage.last(Cmd), stage.last(Healthcheck))):
        for name, place in script_reads(command):
            binding = stage.scope_at(command).get(name)
            if binding is None or binding.kind != "arg" or name in told or binding.instruction is None:
                continue
            told.add(name)
            argument = binding.instruction
            newline = argument.span.source.newline
            yield Problem(
                place,
                f"`{name}` is an ARG, and the container has none: unless `docker run -e {name}=…` sets it, it is empty "
                f"here. Write `ENV {name}=${name}` below the ARG",
                related=[Related(argument, "declared here, for the build only")],
                fix=Fix.insert_after(
                    f"Set `{name}` for the container, too", argument, f"{newline}ENV {name}=${name}", "unsafe"
                )
                if argument.stage is stage
                else None,
            )
