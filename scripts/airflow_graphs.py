"""What a real Airflow makes of the DAG files in fixtures/evaluation, for the tests of the evaluation.

Run it in an environment with Airflow, once for each version that the tests compare with:

    AIRFLOW_HOME=$(mktemp -d) python scripts/airflow_graphs.py

It writes `airflow-<version>.json` beside the files.
"""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parent.parent / "fixtures" / "evaluation"


def main() -> None:
    logging.disable(logging.CRITICAL)
    os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "false"
    import airflow

    try:
        from airflow.dag_processing.dagbag import DagBag
    except ImportError:
        from airflow.models.dagbag import DagBag
    found: dict[str, Any] = {}
    for file in sorted(FIXTURES.glob("*.py")):
        if file.name.startswith("sdk_") and airflow.__version__ < "3":
            continue
        bag = DagBag(str(file))
        if bag.import_errors:
            raise SystemExit(f"{file.name}: {next(iter(bag.import_errors.values()))}")
        found[file.name] = {dag.dag_id: _dag(dag) for dag in sorted(bag.dags.values(), key=lambda dag: dag.dag_id)}
    target = FIXTURES / f"airflow-{airflow.__version__}.json"
    target.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _dag(dag: Any) -> dict[str, Any]:
    tasks = {
        task.task_id: {
            "mapped": "Mapped" in type(task).__name__,
            "trigger_rule": str(getattr(task.trigger_rule, "value", task.trigger_rule)),
        }
        for task in sorted(dag.tasks, key=lambda task: task.task_id)
    }
    edges = sorted([task.task_id, below] for task in dag.tasks for below in task.downstream_task_ids)
    return {"tasks": tasks, "edges": edges}


if __name__ == "__main__":
    main()
