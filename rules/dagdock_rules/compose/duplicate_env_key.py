from __future__ import annotations

from dagdock.api import Bad, Fix, Problem, Problems, Related, Service, Setting, rule


@rule(
    "DC407",
    severity="warning",
    since="0.1",
    precision="very-high",
    fix="safe",
    bad=[
        Bad(
            "services:\n  web:\n    image: web:1\n    environment:\n      - «MODE»=fast\n      - LEVEL=2\n"
            "      - MODE=safe\n"
        ),
        Bad(
            "services:\n  web:\n    image: web:1\n    environment:\n      - «MODE»=fast\n      - MODE=fast\n",
            fixed="services:\n  web:\n    image: web:1\n    environment:\n      - MODE=fast\n",
        ),
    ],
    good=["services:\n  web:\n    image: web:1\n    environment:\n      - MODE=fast\n      - mode=safe\n"],
)
def duplicate_env_key(service: Service) -> Problems:
    """A list sets one variable twice.

    The last one holds, and the first is dropped without a word: whoever changes that one changes nothing.

    https://docs.docker.com/reference/compose-file/services/#environment
    """
    for settings, what in ((service.environment, "variable"), (service.labels, "label")):
        last: dict[str, Setting] = {}
        for setting in reversed(settings):
            holds = last.setdefault(setting.name, setting)
            if holds is setting or not setting.in_list or not setting.name:
                continue
            if setting.span.source is not holds.span.source:
                continue
            same = setting.node.span.text == holds.node.span.text
            yield Problem(
                setting.name,
                f"the {what} `{setting.name}` is set again below, and that one holds. Delete one of the two",
                related=[Related(holds.name, "this one holds")],
                fix=Fix.delete_lines("Delete the first one", setting.node) if same and _is_alone(setting) else None,
            )


def _is_alone(setting: Setting) -> bool:
    """Whether the item is all that stands on its line."""
    line = setting.span.source.line_span(setting.span.line).text.strip()
    return line.removeprefix("-").strip() == setting.node.span.text and line.startswith("-")
