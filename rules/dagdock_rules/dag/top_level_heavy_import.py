from __future__ import annotations

import ast
from collections.abc import Iterator

from dagdock.api import Bad, DagModule, Edit, Fix, Function, Problem, Problems, Project, Related, rule

from ._elsewhere import read_with

# Libraries whose import alone takes a tenth of a second or more.
HEAVY = frozenset(
    (
        "pandas", "numpy", "torch", "tensorflow", "keras", "sklearn", "scipy", "matplotlib", "seaborn", "plotly",
        "xgboost", "lightgbm", "catboost", "transformers", "pyspark", "dask", "geopandas", "statsmodels", "spacy",
        "nltk", "cv2", "prophet", "great_expectations", "mlflow", "pyarrow", "polars", "langchain", "openai",
    )
)  # fmt: skip

# What some of them load with themselves (their own requirements, tried with the releases of 2025).
_WITH_NUMPY = ("numpy",)
_TABLES = ("pandas", "numpy", "pyarrow")
CLIENTS = (
    (("airflow.providers.databricks.operators.databricks_sql", "databricks.sql"), ("numpy", "pyarrow")),
    (("airflow.providers.snowflake", "airflow.contrib.operators.snowflake", "snowflake.connector"), _TABLES),
)
GOOGLE = ("airflow.contrib.", "airflow.providers.google.", "google.cloud.bigquery")
_WITH_PANDAS = ("numpy", "pandas")
LOADS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "akshare", "evidently", "feast", "gspread_dataframe", "mlflow", "modin", "pandas_datareader", "pandas_gbq",
            "pandas_ta", "pandera", "pycaret", "ta", "tushare", "vectorbt", "yfinance",
        ),
        _WITH_PANDAS,
    ),
    "awswrangler": _TABLES,
    "catboost": ("numpy", "pandas", "matplotlib", "plotly", "scipy"),
    "cv2": _WITH_NUMPY,
    "geopandas": _WITH_PANDAS,
    "great_expectations": _WITH_PANDAS,
    "keras": _WITH_NUMPY,
    "lightgbm": ("numpy", "scipy"),
    "matplotlib": _WITH_NUMPY,
    "pandas": _WITH_NUMPY,
    "prophet": ("numpy", "pandas", "matplotlib"),
    "scipy": _WITH_NUMPY,
    "seaborn": ("numpy", "pandas", "matplotlib"),
    "sklearn": ("numpy", "scipy"),
    "statsmodels": ("numpy", "pandas", "scipy"),
    "tensorflow": _WITH_NUMPY,
    "xgboost": ("numpy", "scipy"),
}  # fmt: skip


@rule(
    "AF207",
    severity="info",
    since="0.1",
    fix="unsafe",
    lessons=["L42"],
    aliases=["airflint:use-function-level-imports"],
    bad=[
        Bad(
            "from datetime import datetime\n«import pandas as pd»\nfrom airflow.decorators import dag, task\n\n\n"
            "@task\ndef load():\n    print(len(pd.read_csv('/data/sales.csv')))\n\n\n"
            "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n    load()\n\n\nsales()\n",
            fixed="from datetime import datetime\nfrom airflow.decorators import dag, task\n\n\n"
            "@task\ndef load():\n    import pandas as pd\n    print(len(pd.read_csv('/data/sales.csv')))\n\n\n"
            "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n    load()\n\n\nsales()\n",
        ),
    ],
    good=[
        "from datetime import datetime\nfrom airflow.decorators import dag, task\n\n\n"
        "@task\ndef load():\n    import pandas as pd\n\n    print(len(pd.read_csv('/data/sales.csv')))\n\n\n"
        "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n    load()\n\n\nsales()\n",
        "from datetime import datetime\nimport pandas as pd\nfrom airflow.decorators import dag, task\n\n"
        "DAYS = pd.Timedelta(days=3)\n\n\n"
        "@task\ndef load():\n    print(DAYS)\n\n\n"
        "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n    load()\n\n\nsales()\n",
    ],
)
def top_level_heavy_import(module: DagModule, project: Project) -> Problems:
    """A large library is imported at the top of the file although only tasks use it, or nothing at all.

    Airflow reads the file about every 30 seconds and again for each task that it starts, also for tasks that need
    nothing of the library. pandas takes about half a second each time, machine learning libraries several. Import it
    inside the functions that use it.

    https://airflow.apache.org/docs/apache-airflow/stable/best-practices.html#top-level-python-code
    """
    if not module.dags:
        return
    found = list(_heavy(module))
    if not found:
        return
    staying = _staying(module, [statement for statement, _ in found])
    for other in read_with(module, project)[1:]:
        staying |= _staying(other.module, [])
    found = [(statement, users) for statement, users in found if _library(statement) not in staying]
    if not found:
        return
    first, *others = found
    names = dict.fromkeys(_library(statement) for statement, _ in found)
    it = "it" if len(names) == 1 else "them"
    edits = _moved(module, found)
    used = "only tasks use" if any(functions for _, functions in found) else "nothing uses"
    remedy = (
        f"Import {it} inside the functions" if used.startswith("only") else f"Delete the import{'s' * bool(others)}"
    )
    yield Problem(
        module.span(first[0]),
        f"{_listed(list(names))} {'is' if len(names) == 1 else 'are'} loaded each time Airflow reads the file, and "
        f"{used} {it}. {remedy}",
        fix=Fix(remedy, edits, "unsafe") if edits else None,
        related=[Related(module.span(statement), "this one, too") for statement, _ in others],
    )


ImportStatement = ast.Import | ast.ImportFrom


def _heavy(module: DagModule) -> Iterator[tuple[ImportStatement, list[Function]]]:
    """The imports at the top that only running tasks use, with the functions that do."""
    for statement in module.tree.body:
        if not isinstance(statement, (ast.Import, ast.ImportFrom)) or _library(statement) not in HEAVY:
            continue
        functions: list[Function] | None = []
        for alias in statement.names:
            users = _users(module, statement, alias.asname or alias.name.partition(".")[0])
            functions = None if users is None or functions is None else [*functions, *users]
        if functions is not None and (functions or "__all__" not in module.names.root.bindings):
            yield statement, list(dict.fromkeys(functions))


def _staying(module: DagModule, moving: list[ImportStatement]) -> set[str]:
    """The libraries that a file loads at its top anyway: those that stay there, and what these load."""
    found: set[str] = set()
    for path, places in module.imports.items():
        library = path.partition(".")[0]
        for place in places:
            above = module.parent(place)
            if above not in moving and module.runs_at(place) == "parse":
                found |= {library, *LOADS.get(library, ())}
                found |= {one for clients, loaded in CLIENTS for one in loaded if path.startswith(clients)}
                if "bigquery" in path and path.startswith(GOOGLE):
                    found |= set(_TABLES)
    return found


def _library(statement: ImportStatement) -> str:
    path = statement.names[0].name if isinstance(statement, ast.Import) else statement.module or ""
    whole = len(statement.names) == 1 or isinstance(statement, ast.ImportFrom)
    return path.partition(".")[0] if whole and not getattr(statement, "level", 0) else ""


def _users(module: DagModule, statement: ImportStatement, name: str) -> list[Function] | None:
    """The functions of tasks that use an imported name; None where anything else does."""
    if name == "*" or name in module.names.mutations or module.names.star_imports:
        return None
    found: list[Function] = []
    for load in module.names.loads.get(name, ()):
        bindings = module.names.bindings(name, load)
        if not any(binding.node is statement for binding in bindings):
            continue
        if len(bindings) > 1 or module.runs_at(load) != "task":
            return None
        user = _outermost(module, load)
        if user is None:
            return None
        found.append(user)
    return found


def _outermost(module: DagModule, node: ast.AST) -> Function | None:
    """The outermost of the functions around a place that run in a task."""
    found: Function | None = None
    for above in module.names.ancestors(node):
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)):
            function = module.function_of(above)
            if function.runs_at == "task":
                found = function
    return found


def _moved(module: DagModule, found: list[tuple[ImportStatement, list[Function]]]) -> list[Edit]:
    """The imports taken away at the top and written again where each function begins; empty where that is not plain."""
    source = module.source
    edits: list[Edit] = []
    begins: dict[int, list[str]] = {}
    for statement, functions in found:
        span = module.span(statement)
        lines = source.full_line_span(span.line)
        if lines.text.strip() != span.text.strip():
            return []
        edits.append(Edit(lines, ""))
        for function in functions:
            begin = _begin(module, function)
            if begin is None:
                return []
            begins.setdefault(begin, []).append(span.text)
    for begin, imports in begins.items():
        line = source.line_span(source.position(begin).line)
        indent = line.text[: len(line.text) - len(line.text.lstrip())]
        text = "".join(f"{indent}{one}{source.newline}" for one in imports)
        edits.append(Edit(source.span(line.start, line.start), text))
    return edits


def _begin(module: DagModule, function: Function) -> int | None:
    """Where the first statement behind the docstring begins; None where that is not on a line of its own."""
    assert not isinstance(function.node, ast.Lambda)
    body = function.node.body
    number = 1 if ast.get_docstring(function.node, clean=False) is not None else 0
    if number >= len(body):
        return None
    first = module.span(body[number])
    begin = module.source.line_span(first.line)
    before = module.source.text[begin.start : first.start]
    return first.start if not before.strip() and body[number].lineno > function.node.lineno else None


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
