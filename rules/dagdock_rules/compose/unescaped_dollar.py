from __future__ import annotations

from collections.abc import Iterator

from dagdock.api import Bad, Edit, Fix, Interpolation, Problem, Problems, Scalar, Service, Span, Value, rule


@rule(
    "DC409",
    severity="warning",
    since="0.1",
    fix="unsafe",
    bad=[
        Bad(
            "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_USER: shop\n"
            "    healthcheck:\n      test: pg_isready -U «$POSTGRES_USER»\n",
            fixed="services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_USER: shop\n"
            "    healthcheck:\n      test: pg_isready -U $$POSTGRES_USER\n",
        ),
    ],
    good=[
        "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_USER: shop\n"
        "    healthcheck:\n      test: pg_isready -U $$POSTGRES_USER\n",
        "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_USER: ${POSTGRES_USER}\n"
        "    healthcheck:\n      test: pg_isready -U $POSTGRES_USER\n",
        {
            "compose.yaml": "services:\n  db:\n    image: postgres:16\n    environment: {POSTGRES_USER: shop}\n"
            "    healthcheck: {test: pg_isready -U $POSTGRES_USER}\n",
            ".env": "POSTGRES_USER=shop\n",
        },
    ],
)
def unescaped_dollar(service: Service) -> Problems:
    """A variable of the container is filled in by Compose, which does not know it.

    Compose replaces `$NAME` before the container exists, from `.env` and the shell that starts it. What stands under
    `environment` of the same service is known only inside the container: the text becomes empty. Write `$$NAME`, and
    the shell in the container fills it in.

    https://docs.docker.com/reference/compose-file/interpolation/
    """
    values = [(setting.name, setting.value) for setting in service.environment if setting.value is not None]
    outside = {str(variable.name) for _, value in values for variable in value.variables}
    inside = {str(name) for name, _ in values} - outside
    for value in _for_a_shell(service):
        for variable in value.variables:
            if variable.name in inside and variable.name not in service.env and not variable.operator:
                yield Problem(
                    variable,
                    f"`{variable.name}` is set inside the container only, and Compose fills in an empty text here. "
                    f"Write `${variable.span.text}`",
                    fix=_escape(variable),
                )


def _for_a_shell(service: Service) -> Iterator[Value]:
    for command in (service.command, service.entrypoint, service.healthcheck.test if service.healthcheck else None):
        if command is not None:
            yield from [Value(command.node, service.env)] if isinstance(command.node, Scalar) else command.words


def _escape(variable: Interpolation) -> Fix:
    start = variable.span.start
    return Fix("Write `$$`", [Edit(Span(variable.span.source, start, start), "$")], "unsafe")
