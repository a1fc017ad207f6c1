from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Related, Run, rule


@rule(
    "DF220",
    severity="info",
    since="0.1",
    lessons=["L09"],
    aliases=["sonar:S6581"],
    words=["unset"],
    words_near=True,
    bad=[
        Bad("FROM debian:12\nENV TOKEN_URL=https://example.com\nRUN ./fetch.sh\nRUN «unset TOKEN_URL»\n"),
    ],
    good=[
        "FROM debian:12\nARG TOKEN_URL=https://example.com\nRUN ./fetch.sh\n",
        "FROM debian:12\nENV HTTP_PROXY=http://proxy:3128\nRUN unset HTTP_PROXY && ./local.sh\n",
    ],
)
def unset_in_later_layer(run: Run) -> Problems:
    """A RUN unsets a variable that ENV has set, which lasts no longer than that RUN.

    `unset` changes the shell of its step; the variable is in the image's configuration, so every later step and
    every container has it again. Use ARG for what only the build needs, or set it for one RUN: `RUN X=1 command`.

    https://docs.docker.com/reference/dockerfile/#env
    """
    if run.stage is None or not run.script.commands or run.script.broken:
        return
    scope = run.stage.scope_at(run)
    last = run.script.commands[-1]
    if last.name != "unset" or last.context:
        return
    for word in last.arguments:
        binding = scope.get(word.value) if word.value else None
        if binding is not None and binding.kind == "env" and binding.span is not None:
            yield Problem(
                last,
                f"`{binding.name}` is set again as soon as this RUN is over, for ENV keeps it in the image. Use ARG "
                "for what only the build needs",
                related=[Related(binding.span, "set here for good")],
            )
            return
