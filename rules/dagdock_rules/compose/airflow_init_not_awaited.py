from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.api import Bad, ComposeFile, Fix, Problem, Problems, Project, Severity, rule

from ._airflow import deployment_of, is_own

if TYPE_CHECKING:
    from ..airflow import Deployment, Part

DONE = "service_completed_successfully"
# What else cannot work without the tables; told beside those that stop without them.
OTHERS = ("triggerer", "dag-processor", "worker")
MOST = 3


@rule(
    "DC923",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L21", "L29"],
    tags=["airflow"],
    bad=[
        Bad(
            "services:\n  init:\n    image: apache/airflow:2.9.1\n    command: db migrate\n"
            "  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    depends_on:\n"
            "      init:\n        condition: «service_started»\n",
            fixed="services:\n  init:\n    image: apache/airflow:2.9.1\n    command: db migrate\n"
            "  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    depends_on:\n"
            "      init:\n        condition: service_completed_successfully\n",
        ),
        Bad(
            "services:\n  init:\n    image: apache/airflow:2.9.1\n    command: db migrate\n"
            "  «scheduler»:\n    image: apache/airflow:2.9.1\n    command: scheduler\n"
        ),
    ],
    good=[
        "services:\n  init:\n    image: apache/airflow:2.9.1\n    command: db migrate\n"
        "  scheduler:\n    image: apache/airflow:2.9.1\n    command: scheduler\n    depends_on:\n"
        "      init:\n        condition: service_completed_successfully\n"
        "  web:\n    image: apache/airflow:2.9.1\n    command: webserver\n    depends_on: [scheduler]\n",
    ],
)
def airflow_init_not_awaited(file: ComposeFile, project: Project) -> Problems:
    """Parts of Airflow start before the tables of the metadata database are made.

    A service of its own makes them and ends. Scheduler and web server that start beside it find no tables and stop
    with "please initialize the database"; with a restart policy they try again until it is done. `depends_on` with
    `condition: service_completed_successfully` waits for the end.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/docker-compose/index.html
    """
    airflow = deployment_of(file, project)
    if airflow is None or not airflow.complete:
        return
    inits = [part for part in airflow.parts if part.prepares and part.programs == frozenset()]
    if len(inits) != 1:
        return
    init = inits[0]
    late = [
        part
        for part in airflow.running("webserver", "api-server", "scheduler")
        if not part.prepares and not _waits(part.name, init.name, airflow, set())
    ]
    without = []
    for part in late:
        dependency = next((each for each in part.service.depends_on if each.service == init.name), None)
        place = dependency and (dependency.condition or dependency.service)
        if dependency is None or place is None:
            without.append(part)
        elif is_own(place, file):
            condition = dependency.condition
            write = (
                f"`condition: {DONE}`"
                if condition
                else f"`depends_on` as a mapping, with `{init.name}: {{condition: {DONE}}}`"
            )
            exact = condition is not None and condition.span.text == "service_started"
            yield Problem(
                place,
                f"this waits until `{init.name}` runs, not until it has made the tables of the database. "
                f"Write {write}{_once(init)}",
                severity="info" if part.service.has("restart") else None,
                fix=Fix.replace("Wait for its end", condition, DONE, "unsafe") if condition and exact else None,
            )
    if without and is_own(without[0].service, file):
        severity: Severity | None = "info" if all(part.service.has("restart") for part in without) else None
        without += [part for part in airflow.running(*OTHERS) if _is_late(part, init, airflow) and part not in without]
        names = [f"`{part.name}`" for part in without]
        if len(names) > MOST + 1:
            names[MOST:] = [f"{len(names) - MOST} more"]
        who = f"{', '.join(names[:-1])} and {names[-1]}" if names[1:] else names[0]
        yield Problem(
            without[0].service,
            f"{who} {'do' if names[1:] else 'does'} not wait until `{init.name}` has made the tables of the "
            f"database. {_remedy(without, init)}{_once(init)}",
            severity=severity,
        )


def _is_late(part: Part, init: Part, airflow: Deployment) -> bool:
    """Whether it may start before the tables are there, and nothing of it names the service that makes them."""
    names = {each.service for each in part.service.depends_on}
    return not part.prepares and init.name not in names and not _waits(part.name, init.name, airflow, set())


def _remedy(late: list[Part], init: Part) -> str:
    """What to write, and where: not into a `depends_on` that the service which makes the tables merges, too."""
    lists = [_awaited(part) for part in late]
    done = f"{init.name}: {{condition: {DONE}}}"
    own = {each.service.span for each in init.service.depends_on if each.service}
    is_shared = any(each.service and each.service.span in own for part in late for each in part.service.depends_on)
    each = "each of them" if late[1:] else "it"
    if len(lists[0]) > MOST or any(other != lists[0] for other in lists):
        why = f"`{init.name}` has the same `depends_on`, so give {each} its own" if is_shared else f"Give {each}"
        return f"{why}, with what stands there and `{done}`" if is_shared else f"{why} `{done}` under `depends_on`"
    whole = f"`depends_on: {{{', '.join([*lists[0], done])}}}`"
    if is_shared:
        return f"`{init.name}` has the same `depends_on`, so write one in {each}: {whole}"
    is_list = any(dependency.form == "short" for part in late for dependency in part.service.depends_on)
    if is_list or not lists[0]:
        return f"Write {whole} in {each}"
    return f"Add `{done}` to {'the `depends_on` of each' if late[1:] else 'its `depends_on`'}"


def _awaited(part: Part) -> list[str]:
    """What a service waits for already, as the long form of `depends_on` has it."""
    found = []
    for each in part.service.depends_on:
        other = part.service.file.services.get(each.service or "")
        started = "service_healthy" if other and other.has("healthcheck") else "service_started"
        if each.service:
            found.append(f"{each.service}: {{condition: {(each.condition and each.condition.resolved) or started}}}")
    return found


def _once(init: Part) -> str:
    """What else it takes where Compose starts the service again when it is done, so that it never ends."""
    restart = init.service.value("restart")
    again = restart is not None and restart.resolved in ("always", "unless-stopped")
    return f". Give `{init.name}` `restart: on-failure` as well, else it starts anew for ever" if again else ""


def _waits(name: str, init: str, airflow: Deployment, seen: set[str]) -> bool:
    """Whether a service waits for the end of another one, or for a service that does."""
    service = airflow.model.services.get(name)
    if service is None or name in seen:
        return False
    seen.add(name)
    for dependency in service.depends_on:
        if dependency.service is None:
            return True
        condition = dependency.condition.resolved if dependency.condition else "service_started"
        if dependency.service == init and condition in (DONE, None):
            return True
        if dependency.service != init and _waits(dependency.service, init, airflow, seen):
            return True
    return False
