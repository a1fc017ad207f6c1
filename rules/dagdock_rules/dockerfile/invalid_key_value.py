from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problems, rule

from ._faults import faults


@rule(
    "DF014",
    severity="error",
    since="0.1",
    precision="very-high",
    fix="unsafe",
    aliases=[
        "dockerfile-utils:SYNTAX_MISSING_EQUALS",
        "dockerfile-utils:SYNTAX_MISSING_NAMES",
        "dockerfile-utils:SYNTAX_MISSING_SINGLE_QUOTE",
        "dockerfile-utils:SYNTAX_MISSING_DOUBLE_QUOTE",
        "dockerfile-utils:UNSUPPORTED_MODIFIER",
    ],
    tags=["syntax"],
    bad=[
        Bad("FROM alpine:3.20\nENV LANG=C.UTF-8 «TZ»\n"),
        Bad("FROM alpine:3.20\nLABEL «=1.0»\n"),
        Bad("FROM alpine:3.20\nCOPY «'app» /srv/\n"),
        Bad('FROM alpine:3.20\nARG «"TAG=1.0"»\n', fixed='FROM alpine:3.20\nARG TAG="1.0"\n'),
    ],
    good=[
        'FROM alpine:3.20\nENV LANG=C.UTF-8 TZ="Europe/Berlin"\n',
    ],
)
def invalid_key_value(file: Dockerfile) -> Problems:
    """A `name=value` pair, a quote or a `${…}` is not complete.

    Docker refuses the file: in `ENV`, `LABEL` and `ARG` each word is a name, `=` and a value, and a value with blanks
    needs quotes. There and in all that Docker puts variables into (`ADD`, `COPY`, `WORKDIR`, `USER`, `FROM` …) each
    quote that is opened must be closed, and `${` needs its `}`. Docker looks for `=` before it looks at quotes: they
    belong around the value, `TZ="Europe/Berlin"`, never around the pair.

    https://docs.docker.com/reference/dockerfile/#env
    """
    yield from faults(file, "invalid-key-value", mend="Write `{}`")
