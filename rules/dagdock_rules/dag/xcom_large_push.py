from __future__ import annotations

from dagdock.api import Bad, DagModule, Problem, Problems, Project, Related, rule

from ._pushes import stored_elsewhere
from ._xcom import large_value


@rule(
    "AF402",
    severity="warning",
    since="0.1",
    lessons=["L44"],
    words=["xcom_push"],
    bad=[
        Bad(
            "import pandas as pd\nfrom airflow.decorators import task\n\n\n"
            "@task\ndef load(ti=None):\n    sales = pd.read_csv('/data/sales.csv')\n"
            "    ti.xcom_push(key='sales', value=«sales.to_json()»)\n"
        ),
    ],
    good=[
        "import pandas as pd\nfrom airflow.decorators import task\n\n\n"
        "@task\ndef load(ti=None):\n    sales = pd.read_csv('/data/sales.csv')\n"
        "    ti.xcom_push(key='rows', value=len(sales))\n",
    ],
)
def xcom_large_push(module: DagModule, project: Project) -> Problems:
    """A table, a file or a whole answer is pushed to XCom.

    XComs live in Airflow's own database and are meant for small things: a path, a key, a count. Write the data to a
    file, a bucket or a table, and push where it is.

    https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/xcoms.html
    """
    for call in module.calls():
        function = call.node.func
        if getattr(function, "attr", "") != "xcom_push":
            continue
        given = [keyword.value for keyword in call.node.keywords if keyword.arg == "value"]
        values = given or call.node.args[1:2]
        found = large_value(module, values[0]) if values else None
        if found and not stored_elsewhere(module, project):
            place = module.span(values[0])
            when = "If it can grow large, save it" if found.may_be_small else "Save it"
            yield Problem(
                place,
                f"XCom puts {found.what} into Airflow's own database. {when} to a file, bucket or table, and push its "
                "path or name",
                severity="info" if found.may_be_small else "warning",
                related=[Related(found.origin, f"{found.what} comes from here")]
                if not place.holds(found.origin)
                else (),
            )
