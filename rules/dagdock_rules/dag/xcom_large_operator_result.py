from __future__ import annotations

import re

from dagdock.api import Bad, Problem, Problems, Project, Task, rule

from ._pushes import keeps_to_itself, stored_elsewhere
from ._queries import gives_few_rows

# Operators that push all rows of their query.
SQL_OPERATORS = frozenset(
    (
        "DatabricksSqlOperator", "DrillOperator", "ExasolOperator", "JdbcOperator", "MsSqlOperator", "MySqlOperator",
        "OracleOperator", "PostgresOperator", "PrestoOperator", "RedshiftSQLOperator", "SQLExecuteQueryOperator",
        "SnowflakeOperator", "SqliteOperator", "TrinoOperator", "VerticaOperator",
    )
)  # fmt: skip
OPERATORS = SQL_OPERATORS | {
    "BigQueryGetDataOperator",
    "DockerOperator",
    "GCSToLocalFilesystemOperator",
    "HttpOperator",
    "SSHOperator",
    "SimpleHttpOperator",
}
FILE = r"\.(?:csv|tsv|zip|gz|parquet|xlsx?|jsonl|ndjson|geojson|xml|pdf|tar|bin)(?:\?|$)"
PRINTS_FILE = r"(?:^|[;&|\n]\s*)(?:cat|zcat)\s+(?!<<)\S+\s*$"
MANY_ROWS = 1000


@rule(
    "AF403",
    severity="info",
    since="0.1",
    lessons=["L44"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    SQLExecuteQueryOperator(task_id='orders', conn_id='shop', sql=«'SELECT * FROM orders'»)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n"
        "from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    SQLExecuteQueryOperator(task_id='count', conn_id='shop', sql='SELECT count(*) FROM orders')\n"
        "    SQLExecuteQueryOperator(task_id='copy', conn_id='shop', sql='INSERT INTO a SELECT * FROM orders')\n"
        "    SQLExecuteQueryOperator(\n"
        "        task_id='all', conn_id='shop', sql='SELECT * FROM orders', do_xcom_push=False\n    )\n",
    ],
)
def xcom_large_operator_result(task: Task, project: Project) -> Problems:
    """An operator pushes a whole table, file or log to XCom, because nobody told it not to.

    Some operators push what they get: SQL operators all rows of a query, the HTTP operator the body of the answer,
    the SSH operator what the command prints. It lands in Airflow's own database. Write the data where it belongs
    with a transfer operator or within SQL, or set `do_xcom_push=False`.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/xcoms.html
    """
    if task.taskflow or task.name not in OPERATORS or not task.known_signature:
        return
    found = _found(task)
    if found is not None and not keeps_to_itself(task) and not stored_elsewhere(task.module, project):
        argument, what = found
        names = task.module.names
        # Whoever may pull it gets nothing from a task that keeps it to itself.
        is_pulled = "xcom_pull" in task.module.source.text or bool({"output", "result"} & set(names.attributes))
        remedy = (
            "Save it to a file, bucket or table instead, and let the task that pulls it read it there"
            if is_pulled
            else "Save it to a file, bucket or table instead, or set `do_xcom_push=False`"
        )
        yield Problem(task.own[argument], f"{task.name} pushes {what} into Airflow's own database. {remedy}")


def _found(task: Task) -> tuple[str, str] | None:
    """The argument that makes the result large, and what the result is."""
    own = task.own
    if task.name in SQL_OPERATORS and "handler" not in own and "output_path" not in own:
        sql = own.get("sql")
        if sql is not None and gives_few_rows(sql.value.get(str)) is False:
            return "sql", "all rows of this query"
    elif task.name in ("HttpOperator", "SimpleHttpOperator") and "response_filter" not in own:
        endpoint = own.get("endpoint")
        method = own.get("method")
        asks = method is not None and method.value.get(str) == "GET"
        if endpoint is not None and asks and re.search(FILE, endpoint.value.get(str) or ""):
            return "endpoint", "the whole file"
    elif task.name == "SSHOperator":
        command = own.get("command")
        if command is not None and re.search(PRINTS_FILE, command.value.get(str) or ""):
            return "command", "the content of this file"
    elif task.name == "BigQueryGetDataOperator":
        rows = own.get("max_results")
        if rows is not None and (rows.value.get(int) or 0) > MANY_ROWS:
            return "max_results", "thousands of rows"
    elif task.name == "DockerOperator":
        whole = own.get("xcom_all")
        if whole is not None and whole.value.get(bool):
            return "xcom_all", "all that the container prints"
    elif task.name == "GCSToLocalFilesystemOperator" and "store_to_xcom_key" in own:
        return "store_to_xcom_key", "the content of the file"
    return None
