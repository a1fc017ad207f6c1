from __future__ import annotations

import re

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, rule

from ._airflow import deployment_of, is_own

HOW = "`python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'` makes one"


@rule(
    "DC904",
    severity="error",
    since="0.1",
    lessons=["L29"],
    tags=["airflow"],
    bad=[
        Bad(
            "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n"
            "    environment:\n      AIRFLOW__CORE__FERNET_KEY: «my-secret-fernet-key»\n"
        ),
    ],
    good=[
        "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    environment:\n"
        "      - AIRFLOW__CORE__FERNET_KEY='81HqDtbqAywKSOumSha3BhWNOdQ26slT6K0YaZeZyPs='\n",
        "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n"
        "    environment:\n      AIRFLOW__CORE__FERNET_KEY: ${FERNET_KEY:?}\n",
        "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n"
        "    environment:\n      AIRFLOW__CORE__FERNET_KEY: ''\n",
        "services:\n  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n"
        "    environment:\n      AIRFLOW__CORE__FERNET_KEY: <your key>\n",
    ],
)
def airflow_invalid_fernet_key(file: ComposeFile, project: Project) -> Problems:
    """What is given as Airflow's Fernet key is none.

    Airflow encrypts the passwords of connections and the values of variables with it. A Fernet key is 32 random bytes
    in URL-safe base64: 44 characters that end in `=`. Any other text makes Airflow stop at the first connection that it
    reads or writes. Signs that are none of base64's, such as quotes around the key, are read over.

    https://airflow.apache.org/docs/apache-airflow/stable/security/secrets/fernet.html
    """
    airflow = deployment_of(file, project)
    told = set()
    for part in airflow.parts if airflow else ():
        option = part.option("core.fernet_key")
        if option is None or not option.value or option.setting is None or not is_own(option.place, file):
            continue
        span = option.place.span
        if (span.start, span.end) in told or all(map(_is_key, option.value.split(","))) or _is_to_do(option.value):
            continue
        told.add((span.start, span.end))
        yield Problem(option.place, f"this is no Fernet key, and Airflow cannot read connections without one. {HOW}")


def _is_key(text: str) -> bool:
    """Whether Fernet takes it, which decodes it as leniently."""
    from base64 import urlsafe_b64decode

    try:
        return len(urlsafe_b64decode(text)) == 32
    except ValueError:
        return False


def _is_to_do(text: str) -> bool:
    """Whether somebody is asked to fill it in: that it is no key is plain to see."""
    return bool(re.search(r"[<>{}]|\.\.\.|x{4}", text, re.IGNORECASE))
