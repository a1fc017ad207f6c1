"""What an `airflow.cfg` says that is fine for a first look only."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagdock.api import Text

CONNECTIONS = ("database.sql_alchemy_conn", "core.sql_alchemy_conn")


def complaint(option: str, value: Text | str) -> str | None:
    """What to say about an option; None where it is fine."""
    if option == "core.executor" and "SequentialExecutor" in value:
        return (
            "the SequentialExecutor runs one task at a time, and the scheduler waits for each. Use `LocalExecutor`, or "
            "`CeleryExecutor` with workers"
        )
    if option in CONNECTIONS and value.startswith("sqlite"):
        return (
            "SQLite is a file, and each container of Airflow has one of its own. Use PostgreSQL, and name it here or "
            "in `AIRFLOW__DATABASE__SQL_ALCHEMY_CONN`"
        )
    return None
