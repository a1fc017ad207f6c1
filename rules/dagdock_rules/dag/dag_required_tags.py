from __future__ import annotations

from dagdock.api import Bad, Dag, Problem, Problems, rule


@rule(
    "AF118",
    severity="info",
    since="0.1",
    default=False,
    aliases=["daglint:tag_requirements", "conformdag:tags"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n\n"
            "dag = «DAG»('sales', start_date=datetime(2024, 1, 1), schedule=None)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n\n"
        "dag = DAG('sales', start_date=datetime(2024, 1, 1), schedule=None, tags=['team:shop'])\n",
    ],
)
def dag_required_tags(dag: Dag, *, tags: list[str] = []) -> Problems:
    """A DAG lacks tags, or one of those that were agreed on.

    Tags are how people find DAGs in a long list. The option `tags` names those that every DAG has to have: `"shop"`
    is a whole tag, `"team:"` one that begins like this. Without it any tag will do.

    https://airflow.apache.org/docs/apache-airflow/stable/howto/add-dag-tags.html
    """
    if dag.open:
        return
    given = dag.arguments.get("tags")
    if given is None:
        wanted = f": {', '.join(tags)}" if tags else ""
        yield Problem(dag, f"this DAG has no tags{wanted}. Add `tags=[…]`")
        return
    value = given.value.value if given.value.known else None
    if not isinstance(value, (list, tuple, set)):
        return
    found = [tag for tag in value if isinstance(tag, str)]
    missing = [tag for tag in tags if not any(_fits(one, tag) for one in found)]
    if missing or not found:
        yield Problem(given, f"tags are missing here: {', '.join(missing) or 'there are none'}. Add them")


def _fits(tag: str, wanted: str) -> bool:
    return tag.startswith(wanted) if wanted.endswith(":") else tag == wanted
