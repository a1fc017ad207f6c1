from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Task, rule

PODS = frozenset(("KubernetesPodOperator", "GKEStartPodOperator", "GKEPodOperator", "EksPodOperator", "kubernetes"))
# Whatever says what the pod needs, here or in a template of its own.
TOLD = ("container_resources", "resources", "pod_template_file", "pod_template_dict", "full_pod_spec")


@rule(
    "AF707",
    severity="info",
    since="0.1",
    default=False,
    aliases=["dagruff:DAG012"],
    words=["PodOperator", "kubernetes"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
            "    «KubernetesPodOperator»(task_id='load', name='load', image='shop/load:1.4')\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\n"
        "from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator\n"
        "from kubernetes.client import V1ResourceRequirements\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n"
        "    KubernetesPodOperator(\n        task_id='load',\n        name='load',\n        image='shop/load:1.4',\n"
        "        container_resources=V1ResourceRequirements(requests={'memory': '1Gi'}, limits={'memory': '1Gi'}),\n"
        "    )\n",
    ],
)
def kubernetes_pod_without_resources(task: Task) -> Problems:
    """A pod does not say how much memory and processor time it needs.

    Kubernetes then puts it anywhere, and stops it first where memory runs short. `container_resources` says what it
    needs and what it may take. Clusters with defaults of their own do without, so the rule is off unless you select it.

    https://airflow.apache.org/docs/apache-airflow-providers-cncf-kubernetes/stable/operators.html
    """
    if (
        task.name in PODS
        and task.known_signature
        and not task.open
        and not any(name in task.arguments for name in TOLD)
    ):
        yield Problem(task, "this pod asks for no memory and no processor time. Add `container_resources=…`")
