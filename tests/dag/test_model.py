"""DAGs, tasks and groups in every form that people write."""

from __future__ import annotations

import pytest

from dagdock.dag.model import Dag, Group, Task
from dagdock.dag.module import DagModule, parse
from dagdock.dag.values import Unknown
from dagdock.text import Source

HEAD = """\
from airflow import DAG
from airflow.decorators import dag, task, task_group
from airflow.operators.bash import BashOperator
from airflow.utils.task_group import TaskGroup
"""


def read(text: str) -> DagModule:
    return parse(Source("dags/a.py", HEAD + text))


def only_task(text: str) -> Task:
    [task] = read(text).tasks
    return task


@pytest.mark.parametrize(
    ("text", "form", "dag_id"),
    [
        ('with DAG("a") as d: ...', "with", "a"),
        ('with DAG(dag_id="a"): ...', "with", "a"),
        ('d = DAG("a")', "call", "a"),
        ('NAME = "a"\nd = DAG(NAME + "b")', "call", "ab"),
        ("@dag\ndef flow(): ...\nflow()", "decorator", "flow"),
        ("@dag()\ndef flow(): ...\nflow()", "decorator", "flow"),
        ('@dag(dag_id="a")\ndef flow(): ...\nflow()', "decorator", "a"),
        ('@dag("a")\ndef flow(): ...\nflow()', "decorator", "a"),
        ('class Ours(DAG): ...\nOurs(dag_id="a")', "call", "a"),
        ('from company import OurDag\nOurDag(dag_id="a")', "call", "a"),
        ("for x in y:\n    DAG(x)", "call", None),
        ("def make(name):\n    return DAG(name)\n", "call", None),
        ("DAG(**given)", "call", None),
        ('DAG(**{"dag_id": "a"})', "call", "a"),
        ("DAG()", "call", None),
    ],
)
def test_dags_in_all_forms(text: str, form: str, dag_id: str | None) -> None:
    [found] = read(text).dags
    assert (found.form, found.dag_id.get(str)) == (form, dag_id)


@pytest.mark.parametrize(
    "text",
    [
        "from mine import DAG\nDAG",
        "import networkx\nnetworkx.DiGraph()",
        "@dag_\ndef f(): ...",
        "def f():\n    DAG\n",
        "class DAG: ...\nDAG('a')",
    ],
)
def test_what_is_no_dag(text: str) -> None:
    assert read(text).dags == []


def test_without_airflow_there_are_none() -> None:
    module = parse(Source("dags/a.py", "from prefect import DAG, XOperator\nDAG('a')\nXOperator(task_id='b')\n"))
    assert (module.dags, module.tasks, module.is_dag_file) == ([], [], False)


def test_arguments_of_a_dag() -> None:
    text = """
base = {"owner": "me", "retries": 1}
args = {**base, "retries": 2}
args["start_date"] = 3
with DAG("a", "about", "@daily", catchup=False, default_args=args, **more): ...
"""
    [found] = read(text).dags
    assert set(found.arguments) == {"dag_id", "description", "schedule", "catchup", "default_args"}
    assert found.arguments["schedule"].given == "positional"
    assert found.schedule and found.schedule.value.get(str) == "@daily"
    assert found.catchup and found.catchup.value.get(bool) is False
    assert found.catchup.whole.text == "catchup=False"
    assert {name: argument.value.get(int) for name, argument in found.default_args.items() if name != "owner"} == {
        "retries": 2,
        "start_date": 3,
    }
    assert found.start_date and found.start_date.given == "default_args"
    assert found.default_args["retries"].whole.text == '"retries": 2'
    assert found.open and not found.default_args.open


@pytest.mark.parametrize(
    ("args", "names", "unseen"),
    [
        ('{"a": 1}', {"a"}, False),
        ("dict(a=1, **{'b': 2})", {"a", "b"}, False),
        ("shared", set(), True),
        ("{**shared, 'a': 1}", {"a"}, True),
        ("{'a': 1, **shared}", set(), True),
        ("shared | {'a': 1}", {"a"}, True),
        ("{key: 1}", set(), True),
        ("{'a': 1}.copy()", {"a"}, False),
        ("make()", set(), True),
        ("None", set(), False),
    ],
)
def test_default_args_that_can_and_cannot_be_seen(args: str, names: set[str], unseen: bool) -> None:
    [found] = read(f"from company import shared\nDAG('a', default_args={args})").dags
    assert (set(found.default_args), found.default_args.open) == (names, unseen)


def test_a_subclass_has_a_signature_of_its_own() -> None:
    [found] = read("class Ours(DAG): ...\nOurs('a', 'b')").dags
    assert found.open and not found.known_signature and not found.dag_id.known


@pytest.mark.parametrize(
    ("text", "operator", "known"),
    [
        ('BashOperator(task_id="t")', "airflow.operators.bash.BashOperator", True),
        (
            'import airflow.operators.bash as b\nb.BashOperator(task_id="t")',
            "airflow.operators.bash.BashOperator",
            True,
        ),
        ('from company.x import SparkOperator\nSparkOperator(task_id="t")', "company.x.SparkOperator", False),
        ('from company.x import ReadySensor as R\nR(task_id="t")', "company.x.ReadySensor", False),
        ('class Mine(BashOperator): ...\nMine(task_id="t")', "Mine", False),
        ('class Mine(BashOperator): ...\nclass More(Mine): ...\nMore(task_id="t")', "More", False),
        ('Op = BashOperator\nOp(task_id="t")', "airflow.operators.bash.BashOperator", True),
        ('@task(task_id="t")\ndef f(): ...\nf()', "airflow.decorators.task", True),
        ('@task.branch(task_id="t")\ndef f(): ...\nf()', "airflow.decorators.task.branch", True),
        ("@task\ndef t(): ...\nt()", "airflow.decorators.task", True),
        ("@task\ndef f(): ...\nf.override(task_id='t')()", "airflow.decorators.task", True),
        ("from airflow.sensors.date_time import DateTimeSensorAsync as D\nD(task_id='t')", None, True),
    ],
)
def test_tasks_in_all_forms(text: str, operator: str | None, known: bool) -> None:
    found = only_task(text)
    assert found.task_id.get(str) == "t"
    assert found.known_signature is known
    assert operator is None or found.operator == operator


@pytest.mark.parametrize(
    "text",
    [
        "isinstance(x, BashOperator)",
        "class Mine(BashOperator):\n    def execute(self, context):\n        BashOperator(task_id='x').execute()\n",
        "@task\ndef f():\n    BashOperator(task_id='x')\n",
        "def f():\n    return BashOperator(task_id='x')\nfrom airflow.operators.python import PythonOperator as P\n",
        "from operator import itemgetter\nitemgetter(1)",
        "from a import Operator\nOperator()",
        "p = BashOperator.partial(task_id='a')",
    ],
)
def test_what_is_no_task(text: str) -> None:
    assert [task for task in read(text).tasks if task.module.runs_at(task.call) == "parse"] == []


@pytest.mark.parametrize(
    "text",
    [
        'BashOperator.partial(task_id="t", retries=3).expand(bash_command=["a"])',
        'p = BashOperator.partial(task_id="t", retries=3)\np.expand(bash_command=["a"])',
        "@task(retries=3)\ndef t(x): ...\nt.expand(x=[1])",
        "@task\ndef t(x, y): ...\nt.override(retries=3).partial(y=1).expand(x=[1])",
        "@task(retries=3)\ndef t(x): ...\nt.expand_kwargs([])",
    ],
)
def test_mapped_tasks(text: str) -> None:
    found = only_task(text)
    assert found.mapped
    assert found.task_id.get(str) == "t"
    assert found.arguments["retries"].value.get(int) == 3
    assert "y" not in found.arguments and "x" not in found.arguments


@pytest.mark.parametrize(
    ("text", "dag_id"),
    [
        ('with DAG("d"):\n    BashOperator(task_id="t")', "d"),
        ('d = DAG("d")\nBashOperator(task_id="t", dag=d)', "d"),
        ('d = DAG("d")\nwith d:\n    BashOperator(task_id="t")', "d"),
        ('with DAG("x"):\n    with DAG("d") as e:\n        BashOperator(task_id="t")', "d"),
        ('with DAG("d") as d, DAG("e") as e:\n    BashOperator(task_id="t", dag=d)', "d"),
        ('with DAG("d"):\n    with TaskGroup("g"):\n        BashOperator(task_id="t")', "d"),
        ('with DAG("d"), TaskGroup("g"):\n    BashOperator(task_id="t")', "d"),
        ('@dag\ndef d():\n    BashOperator(task_id="t")\nd()', "d"),
        ('@dag\ndef d():\n    @task_group\n    def g():\n        BashOperator(task_id="t")\n    g()\nd()', "d"),
        ('def make():\n    BashOperator(task_id="t")\nwith DAG("d"):\n    make()', "d"),
        ('d = DAG("d")\nwith d as e:\n    BashOperator(task_id="t", dag=e)', "d"),
        ('def make():\n    return DAG("d")\nwith make():\n    BashOperator(task_id="t")', "d"),
        ('with DAG("d") as d:\n    with open("x"), other:\n        BashOperator(task_id="t")', "d"),
        ('@dag\ndef d():\n    with open("x"):\n        BashOperator(task_id="t")\nd()', "d"),
        ('d = DAG("d")\n@d.task\ndef t(): ...\nt()', "d"),
        ('with DAG("d") as d:\n    @d.task(task_id="t")\n    def f(): ...\n    f()', "d"),
    ],
)
def test_the_dag_of_a_task(text: str, dag_id: str) -> None:
    found = only_task(text)
    assert isinstance(found.dag, Dag)
    assert found.dag.dag_id.get(str) == dag_id
    assert found.dag.tasks == [found]


@pytest.mark.parametrize(
    "text",
    [
        'def make():\n    BashOperator(task_id="t")',
        'def make(dag):\n    BashOperator(task_id="t", dag=dag)',
        'from company import flow\nwith flow():\n    BashOperator(task_id="t")',
        'def make(x):\n    return DAG(x)\nwith make(1):\n    BashOperator(task_id="t")\nwith make(2): ...',
        't = BashOperator(task_id="t")\nd >> t',
        'BashOperator(task_id="t", **args)',
        'def make():\n    BashOperator(task_id="t")\nwith DAG("d"):\n    make()\nwith DAG("e"):\n    make()',
        'if x:\n    d = DAG("a")\nelse:\n    d = DAG("b")\nBashOperator(task_id="t", dag=d)',
    ],
)
def test_a_dag_that_cannot_be_seen_is_unknown(text: str) -> None:
    found = only_task(text)
    assert isinstance(found.dag, Unknown)
    assert found.open


def test_a_task_in_no_dag() -> None:
    assert only_task('BashOperator(task_id="t")').dag is None


def test_effective_arguments_say_where_they_come_from() -> None:
    text = """
with DAG("d", default_args={"retries": 1, "owner": "me", "pool": "p", "catchup": True}):
    with TaskGroup("g", default_args={"owner": "group"}):
        BashOperator(task_id="t", retries=2, default_args={"pool": "mine"})
"""
    found = only_task(text)
    assert {name: (argument.value.get(str), argument.given) for name, argument in found.arguments.items()} == {
        "task_id": ("t", "keyword"),
        "retries": (None, "keyword"),
        "default_args": (None, "keyword"),
        "pool": ("mine", "default_args"),
        "owner": ("group", "default_args"),
    }
    assert not found.open


def test_default_args_out_of_sight_leave_a_task_open() -> None:
    assert only_task('with DAG("d", default_args=shared):\n    BashOperator(task_id="t")').open
    assert only_task('with DAG("d", **shared):\n    BashOperator(task_id="t")').open
    assert not only_task('with DAG("d"):\n    BashOperator(task_id="t")').open


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ('with TaskGroup("g"):\n    BashOperator(task_id="t")', ["g.t"]),
        ('with TaskGroup("g"), TaskGroup(group_id="h"):\n    BashOperator(task_id="t")', ["g.h.t"]),
        ('with TaskGroup("g", prefix_group_id=False):\n    BashOperator(task_id="t")', ["t"]),
        ('g = TaskGroup("g")\nBashOperator(task_id="t", task_group=g)', ["g.t"]),
        ('with TaskGroup("g") as g:\n    BashOperator(task_id="t")\nBashOperator(task_id="u")', ["g.t", "u"]),
        ('@task_group\ndef g():\n    BashOperator(task_id="t")\ng()', ["g.t"]),
        ('@task_group(group_id="x")\ndef g():\n    BashOperator(task_id="t")\ng()', ["x.t"]),
        ('@task_group\ndef g():\n    BashOperator(task_id="t")\ng()\ng()', [None]),
        ('with TaskGroup(name):\n    BashOperator(task_id="t")', [None]),
        ("@task\ndef t(): ...\nt()\nt()\nt()", ["t", "t__1", "t__2"]),
        ("@task\ndef t(*x): ...\nt(t())", ["t__1", "t"]),
        ('@task\ndef t(): ...\nt()\nwith TaskGroup("g"):\n    t()', ["t", "g.t"]),
        ("@task\ndef t(): ...\nfor i in x:\n    t()", [None]),
        ('for i in range(3):\n    BashOperator(task_id=f"t{i}")', [None]),
    ],
)
def test_ids_as_airflow_makes_them(text: str, ids: list[str | None]) -> None:
    lines = "\n".join(f"    {line}" for line in text.split("\n"))
    assert [found.full_id.get(str) for found in read(f'with DAG("d"):\n{lines}').tasks] == ids


def test_the_function_behind_a_task() -> None:
    text = """
from airflow.operators.python import PythonOperator
from functools import partial
def f(): ...
alias = f
@task
def g(): ...
with DAG("d"):
    PythonOperator(task_id="a", python_callable=f)
    PythonOperator(task_id="b", python_callable=partial(alias, 1))
    PythonOperator(task_id="c", python_callable=lambda: 1)
    PythonOperator(task_id="d", python_callable=imported)
    g()
"""
    module = read(text)
    assert [str(found.function.name) if found.function else None for found in module.tasks] == [
        "f",
        "f",
        "<lambda>",
        None,
        "g",
    ]
    f = next(function for function in module.functions if function.name == "f")
    assert [found.task_id.get(str) for found in f.tasks] == ["a", "b"]


def test_spans_are_what_a_reader_would_point_at() -> None:
    module = read('with DAG("dä", schedule="@daily"): # é\n    BashOperator(task_id="é🐳", retries=1)\n')
    assert module.dags[0].span.text == "DAG"
    assert module.dags[0].dag_id.span.text == '"dä"'
    [found] = module.tasks
    assert found.span.text == "BashOperator"
    assert found.task_id.span.text == '"é🐳"'
    assert found.arguments["retries"].whole.text == "retries=1"


def test_helpers_from_elsewhere_may_add_tasks() -> None:
    text = """
from company import add_tasks, settings
with DAG("d", tags=settings.tags()) as d:
    BashOperator(task_id="t", env=settings.env())
    {}
"""
    assert read(text.format("print(1)")).dags[0].unseen == []
    assert read(text.format("print(1)")).dags[0].task_count.exact
    for call in ("add_tasks()", "x = add_tasks()", "add_tasks(d)", "add_tasks() >> add_tasks()"):
        [found] = read(text.format(call)).dags
        assert found.unseen and found.task_count.high is None and found.task_count.low == 1


def test_groups_of_a_dag() -> None:
    [found] = read('with DAG("d"):\n    with TaskGroup("g") as g:\n        BashOperator(task_id="t")').dags
    [group] = found.groups
    assert isinstance(group, Group) and group.group_id.get(str) == "g" and group.span.text == "TaskGroup"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("import airflow\n", False),
        ("from airflow.models import BaseOperator\nclass MyOperator(BaseOperator): ...\n", False),
        ("from airflow import DAG\nd = DAG('a')\n", True),
        ("from airflow.decorators import task\n@task\ndef f(): ...\n", True),
        ("from airflow.operators.bash import BashOperator\ndef make():\n    return BashOperator(task_id='a')\n", True),
        ("print(1)\n", False),
        ("", False),
        ("from airflow import (", False),
    ],
)
def test_which_files_are_dag_files(text: str, answer: bool) -> None:
    assert parse(Source("a.py", text)).is_dag_file is answer
