"""Tasks, dependencies, branches and pulls, on edge cases too many for the rules' pages: bad cases mark the places."""

from __future__ import annotations

import pytest

from dagdock.engine import Linter, Target, Workspace
from dagdock.examples import mark, unmark
from dagdock.hooks import Rules
from dagdock.rule import Finding
from dagdock.selection import Choice

RULES = {rule.code: rule for rule in Rules(third_party=False).of_kind("dag")}
IMPORTS = """\
from datetime import datetime
from airflow import DAG
from airflow.decorators import dag, task, task_group
from airflow.models.baseoperator import chain, cross_downstream
from airflow.operators.bash import BashOperator
from airflow.operators.empty import EmptyOperator
from airflow.operators.python import BranchPythonOperator, PythonOperator
from airflow.utils.task_group import TaskGroup
from company import CustomOperator, make_tasks

"""
HEAD = "with DAG('d', start_date=datetime(2024, 1, 1), schedule=None) as d:\n"
FOUR = "    a, b, c, e = [EmptyOperator(task_id=name) for name in 'abce']\n"


def check(code: str, text: str) -> list[Finding]:
    """What a rule finds in a file, without marks."""
    workspace = Workspace.in_memory({"d.py": text})
    linter = Linter(rules=Rules.only([RULES[code]]), choice=Choice(select=[code]))
    result = linter.check(workspace, [Target("", "d.py", "d.py")])
    assert not result.errors
    assert result.files
    return result.findings


def in_dag(*lines: str, before: str = "") -> str:
    """A DAG with four tasks `a`, `b`, `c`, `e` and some lines."""
    return before + HEAD + FOUR + "".join(f"    {line}\n" for line in lines)


def branch(chosen: str, *lines: str) -> str:
    """A DAG with a branch that returns something, and tasks `a`, `b`, `c`, `e`."""
    before = f"def choose(x=1):\n    {chosen}\n"
    return in_dag("ways = BranchPythonOperator(task_id='ways', python_callable=choose)", *lines, before=before)


def pulling(template: str, *lines: str) -> str:
    """A DAG with a task that has a template, and tasks `a`, `b`, `c`, `e`."""
    return in_dag(f'p = BashOperator(task_id="p", bash_command="{template}")', *lines)


PUSH = "def push(ti, **context):\n    ti.xcom_push(key='path', value=1)\n"
PULL = "def pull(ti):\n    ti.xcom_pull(task_ids={}, key={})\n"
TWO = HEAD + (
    "    one = PythonOperator(task_id='push', python_callable=push)\n"
    "    one >> PythonOperator(task_id='pull', python_callable=pull)\n"
)

BAD: dict[str, list[str]] = {
    "AF301": [
        HEAD + "    for x in [1, 2]:\n        with TaskGroup(f'g{x}'):\n            pass\n"
        "        BashOperator(task_id=«'load'», bash_command='x')\n",
    ],
    "AF302": [
        HEAD + "    a = «EmptyOperator»(task_id='a')\n    a >> a\n",
        HEAD + "    a = «EmptyOperator»(task_id='a')\n    b = EmptyOperator(task_id='b')\n    chain(a, b, a)\n",
        "@task\ndef f(x=None):\n    return 1\n" + HEAD + "    one = «f»()\n    two = f(one)\n    two >> one\n",
        HEAD + "    with TaskGroup('g') as g:\n        a = «EmptyOperator»(task_id='a')\n"
        "    b = EmptyOperator(task_id='b')\n    g >> b\n    b >> a\n",
    ],
    "AF304": [
        HEAD + "    a = EmptyOperator(task_id='a')\n    b = EmptyOperator(task_id='b')\n"
        "    c = «EmptyOperator»(task_id='c')\n    a >> b\n",
    ],
    "AF311": [
        in_dag("«[a, b] >> [c, e]»"),
        in_dag("first = [a, b]", "second = [c, e]", "«first << second»"),
        in_dag("«a >> [b] >> [c, e]»"),
    ],
    "AF312": [
        "@task\ndef f():\n    return 1\n" + in_dag("a >> «f»"),
        "@task\ndef f():\n    return 1\n" + in_dag("a >> [b, «f»]"),
        "def f():\n    return 1\n" + in_dag("a >> «f»"),
        "@task\ndef f():\n    return 1\n" + in_dag("a.set_downstream(«f»)"),
    ],
    "AF313": [
        HEAD
        + "    a = EmptyOperator(task_id='a')\n"
        + HEAD.replace("'d'", "'other'")
        + "    «a >> EmptyOperator(task_id='b')»\n",
    ],
    "AF314": [
        HEAD + "    for x in [1, 2]:\n        with «TaskGroup('g')»:\n            EmptyOperator(task_id=f't{x}')\n",
        HEAD + "    TaskGroup('g')\n    «TaskGroup(group_id='g')»\n",
    ],
    "AF315": [
        text.replace(FOUR, "".join(f"    {name} = EmptyOperator(task_id='{name}')\n" for name in "abce"))
        for text in (
            in_dag("«a > b»"),
            in_dag("«a < b»"),
            in_dag("«a, b»"),
            in_dag("«a >> b, c»"),
            in_dag("«a.set_downstream»"),
            in_dag("«a == [b, c]»"),
        )
    ],
    "AF316": [
        HEAD + "    @task\n    def «f»():\n        return 1\n    EmptyOperator(task_id='a')\n",
        "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef «sales»():\n    EmptyOperator(task_id='a')\n",
        "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n    @task.branch\n    def «f»():\n"
        "        return 1\n    EmptyOperator(task_id='a')\nsales()\n",
    ],
    "AF421": [
        pulling("x {{ ti.xcom_pull(«task_ids='aa'») }}", "a >> p"),
        pulling("x {{ ti.xcom_pull(«'aa'») }}", "a >> p"),
        pulling("x {{ task_instance.xcom_pull(«task_ids=['a', 'bb']») }}", "a >> p"),
        PUSH + PULL.format("«'puhs'»", "'path'") + TWO,
        "def pull(**context):\n    context['ti'].xcom_pull(«'nobody'»)\n" + PUSH + TWO,
        "ID = 'nobody'\ndef pull(ti):\n    ti.xcom_pull(task_ids=«ID»)\n" + PUSH + TWO,
    ],
    "AF422": [
        PUSH + PULL.format("«'push'»", "'paths'") + TWO,
        pulling("x {{ ti.xcom_pull(«task_ids='a', key='path'») }}", "a >> p"),
        "def push():\n    return {'path': 1}\n" + PULL.format("«'push'»", "'path'") + TWO,
    ],
    "AF423": [
        pulling("x {{ ti.xcom_pull(«task_ids='a'») }}", "p >> a"),
        pulling("x {{ ti.xcom_pull(«task_ids='a'») }}", "b >> [a, p]"),
    ],
    "AF641": [
        branch("return «'aa'»", "ways >> [a, b]"),
        branch("return «['a', 'bb']»", "ways >> [a, b]"),
        branch("return 'a' if x else «'bb'»", "ways >> [a, b]"),
        branch("return «'c'»", "ways >> [a, b]"),
        HEAD + "    @task.branch\n    def f():\n        return «'one'»\n    with TaskGroup('g') as g:\n"
        "        EmptyOperator(task_id='one')\n    f() >> g\n",
    ],
    "AF642": [
        branch("return 'a' if x else 'b'", "j = «EmptyOperator»(task_id='j')", "ways >> [a, b] >> j"),
        branch("return f'task_{x}'", "j = «EmptyOperator»(task_id='j')", "ways >> [a, b] >> j"),
        branch(
            "return 'a' if x else 'b'",
            "j = «EmptyOperator»(task_id='j')",
            "ways >> a >> c >> j",
            "ways >> b >> j",
            "j >> e",
        ),
        branch("return 'a' if x else 'b'", "@task", "def f():", "    return 1", "j = «f»()", "ways >> [a, b] >> j"),
    ],
}
GOOD: dict[str, list[str]] = {
    "AF301": [
        HEAD + "    for x in [1, 2]:\n        with TaskGroup(f'g{x}'):\n            EmptyOperator(task_id='load')\n",
        "@task\ndef f():\n    return 1\n" + HEAD + "    f()\n    f()\n",
        HEAD + "    make_tasks(d)\n    EmptyOperator(task_id='load')\n",
    ],
    "AF302": [
        in_dag("a >> b >> c", "a >> c", "e << c"),
        in_dag("chain(a, [b, c], e)"),
        in_dag("make_tasks(a, b)", "a >> b"),
    ],
    "AF304": [
        in_dag("a >> b >> c >> e"),
        in_dag(),
        HEAD + "    EmptyOperator(task_id='a')\n    EmptyOperator(task_id='b')\n",
        # A helper out of sight may tie it.
        HEAD + "    a = EmptyOperator(task_id='a')\n    b = EmptyOperator(task_id='b')\n"
        "    c = EmptyOperator(task_id='c')\n    a >> b\n    make_tasks(c)\n",
    ],
    "AF311": [
        in_dag("[a, b] >> c >> [e]"),
        in_dag("cross_downstream([a, b], [c, e])"),
        in_dag("chain([a, b], [c, e])"),
        in_dag("make_tasks() >> [a, b]"),
    ],
    "AF312": [
        "@task\ndef f():\n    return 1\n" + in_dag("a >> f()"),
        in_dag("a >> CustomOperator(task_id='x')"),
        in_dag("a >> make_tasks('x')"),
        "class Step:\n    def __rrshift__(self, other):\n        return self\n" + in_dag("a >> Step()"),
    ],
    "AF313": [
        HEAD + "    a = EmptyOperator(task_id='a')\n    a >> EmptyOperator(task_id='b')\n",
        "a = EmptyOperator(task_id='a')\n" + HEAD + "    a >> EmptyOperator(task_id='b')\n",
    ],
    "AF314": [
        HEAD + "    for x in [1, 2]:\n        with TaskGroup(f'g{x}'):\n            EmptyOperator(task_id='t')\n",
        "@task_group\ndef g():\n    EmptyOperator(task_id='t')\n" + HEAD + "    g()\n    g()\n",
        HEAD
        + "    with TaskGroup('one'):\n        TaskGroup('g')\n    with TaskGroup('two'):\n        TaskGroup('g')\n",
    ],
    "AF315": [
        in_dag("a >> b"),
        in_dag("a"),
        in_dag("x, y = a, b"),
        in_dag("assert a > b"),
        in_dag("(a >> b) >> c"),
    ],
    "AF316": [
        HEAD + "    @task\n    def f():\n        return 1\n    f()\n",
        HEAD + "    @task\n    def f():\n        return 1\n    f.override(task_id='g')()\n",
        HEAD + "    @task\n    def f(x):\n        return 1\n    f.expand(x=[1])\n",
        HEAD + "    @task\n    def f():\n        return 1\n    for one in (f,):\n        one()\n",
        "@task\ndef f():\n    return 1\n" + HEAD + "    pass\n",
        "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef make(name):\n    EmptyOperator(task_id=name)\n",
    ],
    "AF421": [
        pulling("x {{ ti.xcom_pull(task_ids='a') }}", "a >> p"),
        pulling("x {{ ti.xcom_pull(task_ids='z', dag_id='other') }}", "a >> p"),
        pulling("x {{ ti.xcom_pull(task_ids=params.task) }}", "a >> p"),
        pulling("x {{ ti.xcom_pull(key='z') }}", "a >> p"),
        pulling("x {{ ti.xcom_pull(task_ids='z') }}", "make_tasks(d)"),
        PUSH + PULL.format("'push'", "'path'") + TWO,
        "def pull(ti, name):\n    ti.xcom_pull(task_ids=name)\n" + PUSH + TWO,
    ],
    "AF422": [
        PUSH + PULL.format("'push'", "'path'") + TWO,
        PUSH + "    return 1\n" + PULL.format("'push'", "'return_value'") + TWO,
        "def push(**context):\n    make_tasks(context)\n    make_tasks(**context)\n"
        + PULL.format("'push'", "'other'")
        + TWO,
        "def push(ti):\n    for key in make_tasks():\n        ti.xcom_push(key=key, value=1)\n"
        + PULL.format("'push'", "'other'")
        + TWO,
        HEAD
        + "    one = BashOperator(task_id='one', bash_command=\"{{ ti.xcom_push(key='k', value=1) }}\")\n"
        + "    one >> BashOperator(task_id='p', bash_command=\"x {{ ti.xcom_pull('one', key='k') }}\")\n",
        HEAD + "    one = CustomOperator(task_id='one')\n"
        "    one >> BashOperator(task_id='p', bash_command=\"x {{ ti.xcom_pull('one', key='k') }}\")\n",
        "@task(multiple_outputs=True)\ndef f():\n    return {'k': 1}\n"
        + HEAD
        + "    f() >> BashOperator(task_id='p', bash_command=\"x {{ ti.xcom_pull('f', key='k') }}\")\n",
    ],
    "AF423": [
        pulling("x {{ ti.xcom_pull(task_ids='a') }}", "a >> b >> p"),
        pulling("x {{ ti.xcom_pull(task_ids='p') }}", "a >> p"),
        pulling("x {{ ti.xcom_pull(task_ids='a', include_prior_dates=True) }}", "p >> a"),
        pulling("x {{ ti.xcom_pull(task_ids='a') }}", "make_tasks(a, p)"),
    ],
    "AF641": [
        branch("return 'a'", "ways >> [a, b]"),
        branch("return None", "ways >> [a, b]"),
        branch("return make_tasks()", "ways >> [a, b]"),
        branch("return 'c'", "ways >> [a, b] >> c"),
        branch("return 'zz'", "make_tasks(d)"),
        HEAD + "    @task.branch\n    def f():\n        return 'g'\n    with TaskGroup('g') as g:\n"
        "        EmptyOperator(task_id='one')\n    f() >> g\n",
    ],
    "AF642": [
        branch("return ['a', 'b'] if x else 'b'", "ways >> [a, b] >> c"),
        branch("return make_tasks()", "ways >> [a, b] >> c"),
        branch("return 'a' if x else 'b'", "ways >> [a, b]", "a >> c", "b >> e"),
        branch("return 'a' if x else 'c'", "ways >> a >> c", "ways >> c"),
        branch("return ['a', 'b']", "ways >> [a, b] >> c"),
        branch(
            "return 'a' if x else 'b'",
            "j = EmptyOperator(task_id='j', trigger_rule='none_failed')",
            "ways >> [a, b] >> j",
        ),
        branch(
            "return 'a' if x else 'b'", "j = EmptyOperator(task_id='j', trigger_rule='all_done')", "ways >> [a, b] >> j"
        ),
    ],
}


@pytest.mark.parametrize(
    ("code", "text"), [(code, text) for code, texts in BAD.items() for text in texts], ids=lambda value: str(value)[:60]
)
def test_bad(code: str, text: str) -> None:
    marked = IMPORTS + text
    plain = unmark(marked)[0]
    found = sorted((finding.span.start, finding.span.end) for finding in check(code, plain))
    assert mark(plain, found) == marked


@pytest.mark.parametrize(
    ("code", "text"),
    [(code, text) for code, texts in GOOD.items() for text in texts],
    ids=lambda value: str(value)[:60],
)
def test_good(code: str, text: str) -> None:
    assert not check(code, IMPORTS + text)


def test_what_a_misspelled_branch_means() -> None:
    found = check("AF641", IMPORTS + branch("return 'load_al'", "f = EmptyOperator(task_id='load_all')", "ways >> f"))
    assert "Did you mean `load_all`?" in found[0].message


def test_a_join_that_only_ends_the_dag_is_only_noted() -> None:
    joined = "ways >> [a, b] >> j"
    end = branch("return 'a' if x else 'b'", "j = EmptyOperator(task_id='j')", joined)
    work = branch("return 'a' if x else 'b'", "j = BashOperator(task_id='j', bash_command='x')", joined)
    assert [finding.severity for finding in check("AF642", IMPORTS + end)] == ["info"]
    assert [finding.severity for finding in check("AF642", IMPORTS + work)] == ["warning"]


def test_whose_key_it_is() -> None:
    text = PUSH + PULL.format("'other'", "'path'") + TWO + "    EmptyOperator(task_id='other') >> one\n"
    assert [finding.message for finding in check("AF422", IMPORTS + text)] == [
        "`other` pushes nothing under the key `path`, so this pull gives None. It is `push` that pushes it"
    ]
