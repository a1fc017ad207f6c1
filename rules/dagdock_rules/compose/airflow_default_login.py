from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, Related, Span, rule

from ._airflow import default_logins, is_own
from ._occasion import is_for_tests, is_short_lived
from ._secrets import BOTH_KEYS, and_in_lines, urls_with, where_to_put_it

if TYPE_CHECKING:
    from ._airflow import Login


@rule(
    "DC913",
    severity="warning",
    since="0.1",
    security=7.0,
    lessons=["L24", "L29"],
    aliases=["compose-lint:CL-0020"],
    tags=["airflow", "security"],
    bad=[
        Bad(
            "services:\n  init:\n    image: apache/airflow:2.9.1\n    command: version\n    environment:\n"
            "      _AIRFLOW_WWW_USER_PASSWORD: «${_AIRFLOW_WWW_USER_PASSWORD:-airflow}»\n"
            "  web:\n    image: apache/airflow:2.9.1\n    command: webserver\n    ports: ['8080:8080']\n"
        ),
        Bad(
            "services:\n  init:\n    image: apache/airflow:2.9.1\n"
            "    command: bash -c 'airflow users create -u admin -p «admin» -r Admin -e a@b.org -f A -l B'\n"
        ),
        Bad(
            "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    environment:\n"
            "      - AIRFLOW__CORE__FERNET_KEY=«46BKJoQYlPPOexq0OhDZnIlNepKFf87WFwLbfzqDDho=»\n"
        ),
    ],
    good=[
        "services:\n  init:\n    image: apache/airflow:2.9.1\n    command: version\n    environment:\n"
        "      _AIRFLOW_WWW_USER_PASSWORD: ${_AIRFLOW_WWW_USER_PASSWORD:?}\n",
        "services:\n  init:\n    image: apache/airflow:2.9.1\n"
        "    command: bash -c 'airflow users create -u admin -p $${ADMIN_PASSWORD} -r Admin -e a@b.org -f A -l B'\n",
    ],
)
def airflow_default_login(file: ComposeFile, project: Project) -> Problems:
    """Airflow has a password or a key that every example has.

    Whoever logs in to Airflow as an administrator runs code on its workers and reads all connections, and `airflow`
    and `admin` are what everybody tries first. A Fernet or secret key that was copied from a page is as known: who has
    it reads stored passwords, or forges a session. Make your own, keep them in `.env`, and write `${NAME:?}` here.
    Users that are there already keep their passwords (`airflow users reset-password` changes one), and so do databases.

    In files for work on the project and for trying things out it is a hint; of files for tests nothing is said.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/docker-compose/index.html
    https://airflow.apache.org/docs/apache-airflow/stable/security/index.html
    """
    found: dict[tuple[str, str, str], dict[Span, Login]] = {}
    if is_for_tests(file, project):
        return
    for login in default_logins(file, project):
        if is_own(login.place, file):
            same = (login.kind, login.what, login.place.span.text)
            found.setdefault(same, {}).setdefault(login.place.span, login)
    is_minor = is_short_lived(file, project)
    for logins in found.values():
        login, *again = logins.values()
        if (login.kind == "database" and not login.is_open) or (login.kind == "open" and is_minor):
            continue  # who is in the containers' network is in one of them already
        yield Problem(
            login.place,
            _message(login, [other.place.span for other in again], file, project),
            related=[Related(other.place, "the same again") for other in again],
            severity=None if login.is_open and not is_minor else "info",
        )


def _message(login: Login, again: list[Span], file: ComposeFile, project: Project) -> str:
    if login.kind == "open":
        return (
            "whoever reaches Airflow's pages is an administrator there without a password. Leave this out: Airflow "
            "then makes up a password for `admin`, and writes it to the log of its API server"
        )
    written, home = login.place.span.text, where_to_put_it(file, project)
    variable = re.match(r"\$\{?(\w+)", written)
    if variable:
        remedy = f"Put one of your own {home}, and write `${{{variable[1]}:?}}` here{and_in_lines(again)}"
    else:
        is_command = login.what in ("users create", "create_user", "users reset-password")
        name = "AIRFLOW_PASSWORD" if is_command else login.what
        also = and_in_lines([*again, *(urls_with(file, written) if login.kind == "database" else ())])
        remedy = f"Put one of your own {home}, and write `${{{name}:?}}` here{also}"
        if login.kind == "database" and not also:
            remedy += "; Airflow needs the same one"
    if login.kind == "login":
        return (
            "whoever reaches Airflow's pages logs in with this password, one of the first that attackers try. "
            f"{remedy}. A user who is there already keeps the old one"
        )
    if login.kind == "database":
        return (
            f"the port of this database is published, and its password is one of the first that attackers try. {remedy}"
        )
    if "FERNET" in login.what.upper():
        remedy += f"; {BOTH_KEYS}"
    return f"everybody knows this value of `{login.what}`, for it stands in examples. {remedy}"
