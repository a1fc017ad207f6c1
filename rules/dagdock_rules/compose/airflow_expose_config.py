from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dagdock.api import Bad, ComposeFile, Fix, Problem, Problems, Project, rule

from ._airflow import deployment_of, is_own
from ._occasion import is_short_lived

if TYPE_CHECKING:
    from ..airflow import Option, Part


@rule(
    "DC919",
    severity="warning",
    since="0.1",
    security=5.0,
    fix="unsafe",
    lessons=["L29"],
    tags=["airflow", "security"],
    bad=[
        Bad(
            "services:\n  web:\n    image: apache/airflow:2.9.1\n    command: webserver\n    environment:\n"
            "      AIRFLOW__WEBSERVER__EXPOSE_CONFIG: '«true»'\n",
            fixed="services:\n  web:\n    image: apache/airflow:2.9.1\n    command: webserver\n    environment:\n"
            "      AIRFLOW__WEBSERVER__EXPOSE_CONFIG: 'non-sensitive-only'\n",
        ),
    ],
    good=[
        "services:\n  web:\n    image: apache/airflow:2.9.1\n    command: webserver\n    environment:\n"
        "      AIRFLOW__WEBSERVER__EXPOSE_CONFIG: non-sensitive-only\n",
        "services:\n  web:\n    image: apache/airflow:2.9.1\n    command: webserver\n    environment:\n"
        "      AIRFLOW__WEBSERVER__EXPOSE_CONFIG: 'false'\n",
    ],
)
def airflow_expose_config(file: ComposeFile, project: Project) -> Problems:
    """Airflow shows its configuration on a page.

    Passwords stand in it: of the database, of the broker, the keys that sessions and connections hang on. With
    `expose_config` on, everybody who may look at the page reads them, and by default that is who may run DAGs, the
    role Op, as well. From 2.4 on `non-sensitive-only` shows the rest. In a file for development or an example it is a
    hint.

    https://airflow.apache.org/docs/apache-airflow/stable/configurations-ref.html#expose-config
    """
    airflow = deployment_of(file, project)
    told = set()
    for part in airflow.parts if airflow else ():
        option = part.option("api.expose_config", "webserver.expose_config")
        if option is None or (option.value or "").lower() not in ("true", "1", "t", "yes"):
            continue
        span = option.place.span
        if (span.start, span.end) in told or not is_own(option.place, file):
            continue
        told.add((span.start, span.end))
        newer = part.version is None or part.version.at_least(2, 4) is not False
        remedy = "Write `non-sensitive-only`" if newer else "Leave it out"
        by = "" if option.setting else f"with `{option.key}`{_line(option, project)} on, "
        exact = option.setting and option.value and span.text.lower() == option.value.lower()
        yield Problem(
            option.place,
            f"{by}every operator and administrator of Airflow reads its passwords and keys on a page. {remedy}",
            severity="info" if is_short_lived(file, project) or _is_at_home(part) else None,
            fix=Fix.replace("Show what is not secret only", option.place, "non-sensitive-only", "unsafe")
            if exact and newer
            else None,
        )


def _line(option: Option, project: Project) -> str:
    """Where it stands in a file of variables, which the Compose file only names."""
    if option.file is None:
        return ""
    text = (project.facts.read(option.file) or b"").decode("utf-8", "replace")
    found = re.search(rf"^[ \t]*(?:export[ \t]+)?{re.escape(option.key)}[ \t]*[=:]", text, re.MULTILINE)
    return f" in line {text.count(chr(10), 0, found.start()) + 1} of `{option.file}`" if found else ""


def _is_at_home(part: Part) -> bool:
    """Whether a folder of the developer's home is mounted: `~/.config/gcloud`."""
    return any((mount.written_source or "").startswith(("~", "$HOME", "${HOME")) for mount in part.service.volumes)
