from __future__ import annotations

import ast

from dagdock.api import Bad, DagModule, Edit, Fix, Function, Problem, Problems, rule

from ._arguments import add_keyword

# Type hints from which Airflow concludes that each key becomes an XCom of its own.
MAPPINGS = frozenset(
    (
        "builtins.dict", "collections.OrderedDict", "collections.abc.Mapping", "collections.abc.MutableMapping",
        "collections.defaultdict", "typing.DefaultDict", "typing.Dict", "typing.Mapping", "typing.MutableMapping",
        "typing.OrderedDict",
    )
)  # fmt: skip


@rule(
    "AF411",
    severity="info",
    since="0.1",
    default=False,
    fix="unsafe",
    aliases=["ruff:AIR202"],
    bad=[
        Bad(
            "from airflow.decorators import task\n\n\n@«task»\ndef count() -> dict:\n    return {'rows': 1}\n",
            fixed="from airflow.decorators import task\n\n\n"
            "@task(multiple_outputs=True)\ndef count() -> dict:\n    return {'rows': 1}\n",
        ),
        Bad(
            "from airflow.decorators import task\n\n\n@«task»(retries=3)\ndef count():\n    return {'rows': 1}\n",
            fixed="from airflow.decorators import task\n\n\n"
            "@task(retries=3, multiple_outputs=False)\ndef count():\n    return {'rows': 1}\n",
        ),
    ],
    good=[
        "from airflow.decorators import task\n\n\n"
        "@task(multiple_outputs=True)\ndef count() -> dict:\n    return {'rows': 1}\n",
        "from airflow.decorators import task\n\n\n@task\ndef count() -> int:\n    return 1\n",
    ],
)
def taskflow_implicit_multiple_outputs(module: DagModule) -> Problems:
    """A task returns a dict and does not say whether each key becomes an XCom of its own.

    Airflow concludes it from the type hint: with `-> dict` each key is pushed by itself, without a hint the dict is
    pushed as one. Whoever adds a hint changes what the next tasks can pull. Write `multiple_outputs` down.

    https://airflow.apache.org/docs/apache-airflow/stable/tutorial/taskflow.html#multiple-outputs-inference
    """
    for function in module.functions:
        node = function.decorator_node
        if node is None or not function.is_taskflow or function.decorator == "task.sensor":
            continue
        arguments = function.arguments
        if "multiple_outputs" in arguments or arguments.open:
            continue
        several = _is_mapping(function)
        if several or any(_is_dict(module, result.node) for result in function.returns):
            yield Problem(
                module.span(node.func if isinstance(node, ast.Call) else node),
                f"this task returns a dict, and Airflow concludes `multiple_outputs={several}` from its type hint. "
                "Write it down, so that a changed hint does not change what is pushed",
                fix=Fix(
                    f"Add multiple_outputs={several}", _edits(module, node, f"multiple_outputs={several}"), "unsafe"
                ),
            )


def _edits(module: DagModule, decorator: ast.expr, text: str) -> list[Edit]:
    if isinstance(decorator, ast.Call) and (decorator.args or decorator.keywords):
        return add_keyword(module, decorator, text)
    span = module.span(decorator)
    if isinstance(decorator, ast.Call):
        inside = span.source.span(span.end - 1, span.end - 1)
        return [Edit(inside, text)]
    return [Edit(span.source.span(span.end, span.end), f"({text})")]


def _is_mapping(function: Function) -> bool:
    """Whether the type hint of the result is a mapping's."""
    hint = None if isinstance(function.node, ast.Lambda) else function.node.returns
    if isinstance(hint, ast.Constant) and isinstance(hint.value, str):
        try:
            hint = ast.parse(hint.value, mode="eval").body
        except (SyntaxError, ValueError):
            return False
        plain = hint.value if isinstance(hint, ast.Subscript) else hint
        return isinstance(plain, ast.Name) and plain.id in ("dict", "Dict", "Mapping", "MutableMapping")
    if isinstance(hint, ast.Subscript):
        hint = hint.value
    if hint is None:
        return False
    module = function.module
    made = module.classes.definition(hint)
    if made is not None:
        return any(module.qualified(base) in ("typing.TypedDict", "typing_extensions.TypedDict") for base in made.bases)
    return module.qualified(hint) in MAPPINGS


def _is_dict(module: DagModule, node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return module.qualified(node.func) == "builtins.dict"
    return isinstance(node, (ast.Dict, ast.DictComp))
