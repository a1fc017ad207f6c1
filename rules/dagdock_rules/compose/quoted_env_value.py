from __future__ import annotations

from dagdock.api import Bad, Fix, Problem, Problems, Scalar, Service, Setting, rule

# Node takes quotes in `NODE_OPTIONS` for what they mean, and Airflow reads over those around its key.
READ_ANYWAY = ("AIRFLOW__CORE__FERNET_KEY", "NODE_OPTIONS")


@rule(
    "DC403",
    severity="warning",
    since="0.1",
    precision="very-high",
    fix="unsafe",
    lessons=["L24"],
    bad=[
        Bad(
            'services:\n  db:\n    image: postgres:16\n    environment:\n      - POSTGRES_DB=«"shop"»\n',
            fixed="services:\n  db:\n    image: postgres:16\n    environment:\n      - POSTGRES_DB=shop\n",
        ),
        Bad(
            "services:\n  web:\n    image: web:1.4\n    environment:\n      - GREETING=«' hello'»\n",
            fixed="services:\n  web:\n    image: web:1.4\n    environment:\n      - 'GREETING= hello'\n",
        ),
    ],
    good=[
        'services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_DB: "shop"\n',
        'services:\n  db:\n    image: postgres:16\n    environment:\n      - "POSTGRES_DB=shop"\n'
        '      - NAMES="a","b"\n',
    ],
)
def quoted_env_value(service: Service) -> Problems:
    """Quotes inside a list item of `environment` become part of the value.

    `- NAME="shop"` is one plain text for YAML: the quotes do not stand around it but in its middle, and the program
    gets the value `"shop"`, quotes and all. A password, a path or a number then does not match, and nothing says why.
    Leave the quotes out, or put them around the whole item: `- "NAME=shop"`.

    https://docs.docker.com/reference/compose-file/services/#environment
    """
    for setting in service.environment:
        text = setting.value.raw if setting.in_list and setting.value else ""
        quote = text[:1]
        if len(text) < 2 or quote not in ("'", '"') or text[-1] != quote or quote in text[1:-1]:
            continue
        if setting.name in READ_ANYWAY:
            continue
        if setting.value and isinstance(setting.node, Scalar) and setting.node.style == "plain":
            yield Problem(
                setting.value,
                f"the quotes become part of the value of `{setting.name}`. Leave them out, or put them around the "
                f"whole item: `{quote}{setting.name}=…{quote}`",
                fix=_without_quotes(setting, setting.node, text[1:-1]),
            )


def _without_quotes(setting: Setting, item: Scalar, value: str) -> Fix | None:
    """Drop the quotes, or put them around the whole item where plain text would not be read the same."""
    if item.inner.text != item.value:
        return None  # over several lines
    if value == value.strip() and not value.endswith(":"):
        return Fix.replace("Leave the quotes out", item, f"{setting.name}={value}", "unsafe")
    text = f"{setting.name}={value}".replace("'", "''")
    return Fix.replace("Put the quotes around the whole item", item, f"'{text}'", "unsafe")
