from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

from dagdock.api import Argument, Bad, DagModule, Fix, Problem, Problems, Span, Task, rule

from ._operators import operator_of, terms
from ._templates import NOT_TEXT, PLAIN


@rule(
    "AF624",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L54"],
    words=["{"],
    bad=[
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\nSHOP = 'berlin'\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', bash_command=f'load.py {SHOP} «{{ ds }}»')\n",
            fixed="from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\nSHOP = 'berlin'\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', bash_command=f'load.py {SHOP} {{{{ ds }}}}')\n",
        ),
        Bad(
            "from datetime import datetime\nfrom airflow import DAG\n"
            "from airflow.operators.bash import BashOperator\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
            "    BashOperator(task_id='load', bash_command=«f'load.py {ds}'»)\n"
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "SHOP = 'berlin'\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    BashOperator(task_id='load', bash_command=f'load.py {SHOP} {{{{ ds }}}}')\n",
        "from datetime import datetime\nfrom airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\n"
        "SHOP = 'berlin'\n\n"
        "with DAG('sales', start_date=datetime(2024, 1, 1), schedule='@daily', catchup=False) as dag:\n"
        "    BashOperator(task_id='load', bash_command=f'load.py {SHOP} ' '{{ ds }}')\n",
    ],
)
def template_in_fstring(module: DagModule) -> Problems:
    """An f-string takes the braces of a template away.

    In an f-string, and in a text with `.format()`, two braces stand for one: `{{ ds }}` becomes `{ ds }`, and Airflow
    has nothing to render. Double them, `{{{{ ds }}}}`, or keep the template in a text of its own. With single braces
    Python looks for a variable of its own and stops with a NameError.

    https://docs.python.org/3/reference/lexical_analysis.html#f-strings
    """
    if not module.names.fstrings and "format" not in module.names.attributes:
        return
    told: set[ast.AST] = set()
    for task in module.tasks:
        for argument in _arguments(task):
            for node in _formatted(argument):
                if node not in told:
                    told.add(node)
                    yield from _in_text(argument, node)


def _arguments(task: Task) -> Iterator[Argument]:
    operator = operator_of(task)
    if operator is None:
        return
    takes = (operator.arguments() | operator.earlier_arguments()) - NOT_TEXT
    yield from (argument for name, argument in task.own.items() if name in takes)
    if task.taskflow:
        for node in (*task.call.args, *(keyword.value for keyword in task.call.keywords)):
            yield Argument(task.module, "op_args", node, "positional")


def _in_text(argument: Argument, node: ast.JoinedStr | ast.Call) -> Iterator[Problem]:
    module = argument.module
    if isinstance(node, ast.JoinedStr):
        for part in node.values:
            if isinstance(part, ast.FormattedValue) and (name := _airflow_root(module, part.value)):
                yield Problem(
                    module.span(node),
                    f"`{{{name}}}` in an f-string is a variable of Python, which this file does not have, so the "
                    f"file does not load. For Airflow's `{name}` write `{{{{ {name} }}}}` in a text that is no "
                    "f-string, or four braces on each side",
                    severity="error",
                )
            elif isinstance(part, ast.Constant):
                yield from _eaten(argument, node, str(part.value))
        return
    value = module.value(node).get(str) or ""
    if "{{" not in value:
        yield from _eaten(argument, node, value)


def _formatted(argument: Argument) -> Iterator[ast.JoinedStr | ast.Call]:
    """The f-strings and the texts with `.format()` that an argument is made of, behind names, too."""
    waiting: list[ast.AST] = [argument.node]
    names = argument.module.names
    for node in waiting:
        if len(waiting) > 500:
            return
        if isinstance(node, ast.Name):
            bindings = names.bindings(node.id, node)
            if len(bindings) == 1 and bindings[0].kind == "assign" and bindings[0].value is not None:
                waiting.append(bindings[0].value)
            continue
        if isinstance(node, ast.JoinedStr):
            yield node
        elif isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Constant):
                if function.attr == "format":
                    yield node
                elif function.attr not in ("strip", "replace"):
                    continue
        elif isinstance(node, (ast.List, ast.Tuple, ast.Dict, ast.BinOp)):
            waiting += list(ast.iter_child_nodes(node))


def _eaten(argument: Argument, node: ast.expr, text: str) -> Iterator[Problem]:
    """`{ ds }` in what an f-string makes, where two braces are written."""
    span = argument.module.span(node)
    for match in _single().finditer(text):
        if match["name"] not in terms("context") or (match["name"] in PLAIN and not match["more"]):
            continue
        if match.group() == f"{{{match['name']}}}" and is_filled_in(argument, match["name"]):
            continue
        written = f"{{{match.group()}}}"
        doubled = f"{{{{{written}}}}}"
        if span.text.count(written) != 1:
            if written not in span.text:
                continue
            place, fix = span, None
        else:
            at = span.start + span.text.index(written)
            place = Span(span.source, at, at + len(written))
            fix = Fix.replace("Double the braces", place, doubled, "unsafe")
        what = "the f-string" if isinstance(node, ast.JoinedStr) else "`.format()`"
        yield Problem(
            place,
            f"{what} makes `{match.group()}` of this, and Airflow renders nothing. Write "
            f"`{doubled}`, or put the template in a text of its own",
            fix=fix,
        )


def is_filled_in(argument: Argument, name: str) -> bool:
    """Whether Python may put something in for `{name}` later on: what a function gets, or what is formatted here."""
    if argument.name in ("op_args", "op_kwargs", "templates_dict"):
        return True
    formats = argument.module.names.attributes.get("format", ())
    calls = [call for node in formats if isinstance(call := argument.module.parent(node), ast.Call)]
    given = {keyword.arg for call in calls for keyword in call.keywords}
    return name in given or None in given


@cache
def _single() -> re.Pattern[str]:
    return re.compile(r"(?<![{$#%])\{-?\s*(?P<name>[a-z_]+)(?P<more>[.\[(|][^{}\n]*|\s*\|[^{}\n]*)?\s*-?\}(?!\})")


def _airflow_root(module: DagModule, node: ast.expr) -> str | None:
    """The name that Airflow gives to templates, where Python has none of this name here."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    if not isinstance(node, ast.Name) or node.id not in terms("context"):
        return None
    names = module.names
    return node.id if not names.bindings(node.id, node) and not names.star_imports else None
