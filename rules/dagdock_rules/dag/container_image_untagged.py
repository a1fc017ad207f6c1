from __future__ import annotations

from dagdock.api import Argument, Bad, DagModule, Problem, Problems, Project, Related, Task, parse_image, rule

from ._containers import runs_image


@rule(
    "AF720",
    severity="warning",
    since="0.1",
    lessons=["L08"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    KubernetesPodOperator(task_id='load', image=«'registry.example.com/shop/load:latest'»)\n"
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.providers.docker.operators.docker import DockerOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    DockerOperator(task_id='load', image=«'python'», command='load.py')\n"
        ),
    ],
    good=[
        "import os\nfrom datetime import datetime\nfrom airflow import DAG\n"
        "from airflow.providers.docker.operators.docker import DockerOperator\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    DockerOperator(task_id='load', image='python:3.12-slim', command='load.py')\n"
        "    DockerOperator(task_id='send', image=f\"shop/send:{os.environ['VERSION']}\", command='send.py')\n",
    ],
)
def container_image_untagged(module: DagModule, project: Project) -> Problems:
    """A task runs an image without a tag, or with the tag `latest`.

    The image may be another one at each run, even between two tries of the same task, and nobody can tell afterwards
    which it was. Name a version. For an image out of a registry of one's own, which may be meant to be the newest,
    and where the task asks for the newest, this is a remark only; so it is for an image that the project builds itself.

    https://airflow.apache.org/docs/apache-airflow-providers-cncf-kubernetes/stable/operators.html
    """
    told: dict[str, list[tuple[Task, Argument]]] = {}
    for task in module.tasks:
        argument = task.arguments.get("image") if runs_image(task) else None
        text = argument.value.get(str) if argument else None
        if argument is not None and text and "{" not in text and "$" not in text:
            told.setdefault(text, []).append((task, argument))
    for text, uses in told.items():
        image = parse_image(text)
        if image is None or image.digest or (image.tag and image.tag != "latest"):
            continue
        (task, argument), *others = uses
        what = "has the tag `latest`" if image.tag else "has no tag, which means `latest`"
        own = image.registry is not None and image.registry not in _PUBLIC
        policy = _text(task, "image_pull_policy")
        made_here = policy == "Never" or (not own and _is_made_here(image.repository, project))
        so, remedy = "each run may get another one", "Name a version or a digest"
        if made_here:
            so = "a run gets what was built last"
        elif policy == "IfNotPresent" or (task.name in _KEEPS and not _is_pulled_anew(task)):
            so = "which one runs depends on when the machine fetched it"
        elif own or _is_pulled_anew(task):
            so = "each push of it changes what the next run does"
            remedy = "If runs must be repeatable, name a version or a digest"
        yield Problem(
            argument,
            f"the image `{text}` {what}: {so}. {remedy}",
            severity="info" if own or made_here or (image.tag and _is_pulled_anew(task)) else None,
            related=[Related(other, "the same image") for _, other in others],
        )


# Registries of images that everybody uses.
_PUBLIC = ("docker.io", "index.docker.io", "mcr.microsoft.com", "public.ecr.aws", "quay.io", "registry.k8s.io")


# What asks for an image only where the machine has none of that name.
_KEEPS = ("DockerOperator", "docker")


def _is_made_here(repository: str, project: Project) -> bool:
    """Whether a Dockerfile of the project makes it, as the name of its folder or of the file says."""
    name = repository.rpartition("/")[2].lower()
    files = (f"/{path.lower()}" for path in project.inventory.dockerfiles)
    return any(path.endswith((f"/{name}/dockerfile", f"/{name}.dockerfile", f"/dockerfile.{name}")) for path in files)


def _is_pulled_anew(task: Task) -> bool:
    """Whether the task asks for the newest image at each run, so that `latest` is what its author wants."""
    force = task.arguments.get("force_pull")
    return _text(task, "image_pull_policy") == "Always" or (force is not None and force.value.get(bool) is True)


def _text(task: Task, name: str) -> str | None:
    argument = task.arguments.get(name)
    return argument.value.get(str) if argument is not None else None
