from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dagdock.api import Bad, ComposeFile, Fix, Problem, Problems, Project, load_data, nearest, rule

from ._airflow import deployment_of, is_own

if TYPE_CHECKING:
    from dagdock.api import AirflowVersion

PREFIX = "AIRFLOW__"
# Sections whose options are whatever somebody needs, and those of programs that know more than Airflow does.
FREE = frozenset(
    """celery_broker_transport_options celery_result_backend_transport_options elasticsearch_configs
    opensearch_configs kubernetes kubernetes_annotations kubernetes_environment_variables kubernetes_executor
    kubernetes_labels kubernetes_node_selectors kubernetes_secrets ldap lineage secrets""".split()
)


@rule(
    "DC918",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L29"],
    tags=["airflow"],
    bad=[
        Bad(
            "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    environment:\n"
            "      «AIRFLOW_CORE_LOAD_EXAMPLES»: 'false'\n",
            fixed="services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    environment:\n"
            "      AIRFLOW__CORE__LOAD_EXAMPLES: 'false'\n",
        ),
        Bad(
            "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    environment:\n"
            "      - «AIRFLOW__CORE__LOAD_EXAMPLE»=false\n",
            fixed="services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    environment:\n"
            "      - AIRFLOW__CORE__LOAD_EXAMPLES=false\n",
        ),
        Bad(
            "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    environment:\n"
            "      - «AIRFLOW__API__SECRET_KEY»=${KEY}\n"
        ),
    ],
    good=[
        "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    environment:\n"
        "      AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD: cat /run/secrets/conn\n",
        "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    environment:\n"
        "      AIRFLOW__DATAHUB__ENABLED: 'false'\n      AIRFLOW_CONN_MY_DB: ''\n",
    ],
)
def airflow_unknown_option(file: ComposeFile, project: Project) -> Problems:
    """A variable looks like an option of Airflow and is none.

    Airflow reads `AIRFLOW__SECTION__OPTION`, with two underscores each time, and ignores what it does not know: nobody
    tells that the setting does not hold. Options come and go with releases, too. Sections of plugins are left alone.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/set-config.html
    """
    airflow = deployment_of(file, project)
    told = set()
    for part in airflow.parts if airflow else ():
        for setting in part.service.environment:
            span = setting.name.span
            if not setting.name.startswith("AIRFLOW_") or not is_own(setting, file) or (span.start, span.end) in told:
                continue
            found = _fault(str(setting.name), part.version)
            if found is None:
                continue
            told.add((span.start, span.end))
            message, right = found
            exact = right and setting.name.span.text == setting.name and part.service.variable(right) is None
            yield Problem(
                setting.name,
                message,
                fix=Fix.replace(f"Write `{right}`", setting.name, right, "unsafe") if right and exact else None,
            )


def _fault(key: str, version: AirflowVersion | None) -> tuple[str, str | None] | None:
    """What is wrong with a variable's name, and the right one."""
    facts = load_data("dagdock_rules", "airflow-config")
    options: dict[str, dict[str, list[str]]] = facts["options"]
    if not key.startswith(PREFIX):
        right = _with_two_underscores(key, options)
        return (f"Airflow ignores this: it reads `{right}`, with two underscores each time", right) if right else None
    section, both, option = key[len(PREFIX) :].lower().partition("__")
    if not both:
        right = _with_two_underscores(key.replace("__", "_"), options)
        return (f"Airflow ignores this: it reads `{right}`, with two underscores each time", right) if right else None
    if section not in options:
        meant = nearest(section, options) if len(section) > 3 else None
        if meant is None or option not in options[meant]:
            return None
        right = f"{PREFIX}{meant}__{option}".upper()
        return f"Airflow has no section `{section}` and ignores this. Write `{right}`", right
    plain = re.sub(r"_(?:cmd|secret)$", "", option)
    known = options[section]
    if section in FREE or f"{section}.{plain}" in facts["moved"] or f"{section}.{option}" in facts["moved"]:
        return None
    lives = known.get(option) or known.get(plain)
    if lives is None and version and version.at_least(*_after(facts)) is not False:
        return None  # of a release that came after these facts
    if lives is None:
        meant = nearest(plain, known) or _in_other_section(plain, options)
        right = f"{PREFIX}{section}__{meant}".upper() if meant and "." not in meant else None
        if meant and "." in meant:
            right = f"{PREFIX}{meant.replace('.', '__', 1)}".upper()
        right = _of_today(right, version, facts) if right else None
        remedy = f"Write `{right}`" if right else "Leave it out" if meant else "Leave it out, or look its name up"
        return f"Airflow has no option `{plain}` in its section `{section}` and ignores this. {remedy}", right
    return _of_other_release(section, option if option in known else plain, lives, version)


def _of_today(key: str, version: AirflowVersion | None, facts: dict[str, Any]) -> str | None:
    """The name that an option has in the release that runs; None where it is gone there."""
    section, _, option = key[len(PREFIX) :].lower().partition("__")
    moves: list[tuple[str, str, str]] = facts["moved"].get(f"{section}.{option}", [])
    for new, since, _ in moves if version else ():
        major, _, minor = since.partition(".")
        if version and version.at_least(int(major), int(minor)):
            section, _, option = new.partition(".")
    return f"{PREFIX}{section}__{option}".upper() if section else None


def _after(facts: dict[str, Any]) -> tuple[int, int]:
    """The release behind the newest that is known."""
    major, _, minor = facts["options"]["core"]["executor"][1].partition(".")
    return int(major), int(minor) + 1


def _of_other_release(
    section: str, option: str, lives: list[str], version: AirflowVersion | None
) -> tuple[str, str | None] | None:
    """An option that came later than the release that runs, or went before it."""
    first, last = (tuple(map(int, release.split("."))) for release in lives)
    if version is None:
        return None
    newest: Any = load_data("dagdock_rules", "airflow-config")["options"]["core"]["executor"][1]
    if version.at_least(*first) is False and first > (1, 10):
        came = ".".join(map(str, first))
        return f"Airflow {version} does not know `[{section}] {option}`, which came with {came}. Leave it out", None
    if ".".join(map(str, last)) != newest and version.at_least(last[0], last[1] + 1):
        return f"Airflow {version} does not know `[{section}] {option}` any more and ignores this. Leave it out", None
    return None


def _with_two_underscores(key: str, options: dict[str, dict[str, list[str]]]) -> str | None:
    """The option that a name with single underscores means: `AIRFLOW_CORE_EXECUTOR`."""
    words = key.removeprefix("AIRFLOW_").lower().strip("_")
    for section, known in options.items():
        option = words.removeprefix(f"{section}_").removeprefix("_")
        if words.startswith(f"{section}_") and option in known:
            return f"{PREFIX}{section}__{option}".upper()
    return None


def _in_other_section(option: str, options: dict[str, dict[str, list[str]]]) -> str | None:
    """Where an option stands that is in one section only."""
    found = [section for section, known in options.items() if option in known]
    return f"{found[0]}.{option}" if len(found) == 1 else None
