from __future__ import annotations

from dagdock.api import Bad, Dag, Problem, Problems, Project, rule

DAG = 'from airflow import DAG\n\nwith DAG(dag_id={}"orders"{}):\n    pass\n'


@rule(
    "ACME201",
    severity="warning",
    since="1.1",
    bad=[Bad({"dags/orders.py": DAG.format("«", "»"), "runbooks/users.md": "Call Ann.\n"})],
    good=[{"dags/orders.py": DAG.format("", ""), "runbooks/orders.md": "Call Bob.\n"}],
    tags=["acme"],
)
def missing_runbook(dag: Dag, project: Project) -> Problems:
    """A DAG has no runbook.

    Whoever is on call at night opens `runbooks/<dag_id>.md`. Write down there what the DAG feeds, whom to call, and
    whether it may be run again.
    """
    runbook = f"runbooks/{dag.dag_id.value}.md" if dag.dag_id.known else None
    if runbook and project.exists("runbooks") and project.exists(runbook) is False:
        yield Problem(dag.dag_id, f"`{runbook}` is missing; write down what to do when this DAG fails")
