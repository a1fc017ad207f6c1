"""Values too large for XCom, by where they come from."""

from __future__ import annotations

from dagdock.api import Argument, Origin, Task

# Calls whose result is a table, a file or a whole answer: the beginning of the name, and what to call it.
LARGE_CALLS = (
    ("pandas.read_", "a DataFrame"),
    ("pandas.DataFrame", "a DataFrame"),
    ("pandas.concat", "a DataFrame"),
    ("pandas.merge", "a DataFrame"),
    ("pandas.json_normalize", "a DataFrame"),
    ("pandas.get_dummies", "a DataFrame"),
    ("polars.read_", "a DataFrame"),
    ("polars.DataFrame", "a DataFrame"),
    ("awswrangler.s3.read_", "a DataFrame"),
    ("geopandas.read_file", "a DataFrame"),
    ("numpy.load", "an array"),
    ("numpy.loadtxt", "an array"),
    ("numpy.genfromtxt", "an array"),
    ("pyarrow.parquet.read_table", "a table"),
    ("sklearn.datasets.", "a dataset"),
)
# Methods that give a table, a file's content or all rows, whatever they are called on.
LARGE_METHODS = {
    "fetchall": "all rows of a query",
    "get_records": "all rows of a query",
    "get_pandas_df": "a DataFrame",
    "get_df": "a DataFrame",
    "toPandas": "a DataFrame",
    "to_dataframe": "a DataFrame",
    "read_key": "the content of a file",
    "download_as_string": "the content of a file",
    "download_as_bytes": "the content of a file",
    "download_as_text": "the content of a file",
}
# What keeps a DataFrame large, and what of an open file or an answer is large.
KEEPS_TABLE = frozenset(
    "to_json to_dict to_csv to_records to_numpy to_html to_string copy reset_index set_index rename drop dropna fillna "
    "merge join sort_values sort_index drop_duplicates assign astype query filter apply applymap map replace values "
    "T melt pivot pivot_table explode loc iloc transpose append concat to_list tolist".split()
)
READS = frozenset(("read", "readlines", "read_text", "read_bytes"))
ANSWERS = (
    "requests.get()", "requests.post()", "requests.request()", "requests.Session().get()",
    "httpx.get()", "httpx.post()",
)  # fmt: skip
# Steps that hand the value on as it is, or wrapped up.
PASSES_ON = frozenset(("list", "tuple", "dict", "filled", "either", "local()", "set"))
PASSING_CALLS = frozenset(
    (
        "json.dumps()", "json.loads()", "json.load()", "pickle.dumps()", "builtins.list()", "builtins.tuple()",
        "builtins.dict()", "builtins.str()", "builtins.sorted()", "copy.deepcopy()", "base64.b64encode()",
        "yaml.safe_load()", "io.StringIO()",
    )
)  # fmt: skip


def large(origin: Origin, depth: int = 0) -> tuple[Origin, str] | None:
    """The step that makes the value large and what it is; None where it is small, or where that cannot be known."""
    if depth > 30:
        return None
    name, method = origin.name, origin.method
    if name.endswith("()"):
        if name in PASSING_CALLS:
            return large(origin.inputs[0], depth + 1) if origin.inputs else None
        for start, what in LARGE_CALLS:
            if name.startswith(start) and name.count("()") == 1 and not _is_small_frame(name, origin):
                return origin, what
        if method in LARGE_METHODS:
            return origin, LARGE_METHODS[method]
        if method in READS and origin.inputs and _is_file(origin.inputs[0]):
            return origin, "the content of a file"
        if method == "json" and origin.inputs and origin.inputs[0].name in ANSWERS:
            return origin, "the whole answer of a service"
        if method in KEEPS_TABLE and origin.inputs and not _writes(origin):
            found = large(origin.inputs[0], depth + 1)
            return found if found and _is_table(found[1]) else None
        return None
    if method in ("content", "text") and origin.inputs and origin.inputs[0].name in ANSWERS:
        return origin, "the whole answer of a service"
    if method in KEEPS_TABLE and origin.inputs:
        found = large(origin.inputs[0], depth + 1)
        return found if found and _is_table(found[1]) else None
    if name == "either":
        found_all = [large(choice, depth + 1) for choice in origin.inputs]
        return found_all[0] if found_all and all(found_all) else None
    if name in PASSES_ON:
        for before in origin.inputs:
            if found := large(before, depth + 1):
                # A list made of the rows of a table is as large as the table; an item of one is not.
                return found
    return None


def keeps_to_itself(task: Task) -> bool:
    """Whether the task pushes nothing: do_xcom_push is off, or may be."""
    argument: Argument | None = task.arguments.get("do_xcom_push")
    if argument is not None:
        return argument.value.get(bool) is not True
    return False


def _is_table(what: str) -> bool:
    return what in ("a DataFrame", "a table", "an array")


def _is_file(origin: Origin) -> bool:
    return origin.name in ("builtins.open()", "io.open()", "gzip.open()", "pathlib.Path()", "pathlib.Path().open()")


def _writes(origin: Origin) -> bool:
    """Whether `to_csv(path)` and the like write to a file instead of giving the text back."""
    import ast

    if origin.method not in ("to_csv", "to_json", "to_html", "to_string"):
        return False
    call = origin.node
    if not isinstance(call, ast.Call):
        return True
    first = (
        call.args[0]
        if call.args
        else next((keyword.value for keyword in call.keywords if keyword.arg in ("path_or_buf", "buf", "path")), None)
    )
    return first is not None and not (isinstance(first, ast.Constant) and first.value is None)


def _is_small_frame(name: str, origin: Origin) -> bool:
    """A DataFrame of literals, or one that is read with a limit of a few rows, is small."""
    import ast

    call = origin.node
    if not isinstance(call, ast.Call):
        return False
    if any(keyword.arg in ("nrows", "n_rows", "chunksize", "iterator") for keyword in call.keywords):
        return True
    if name.endswith("DataFrame()"):
        return (not call.args and not call.keywords) or all(
            isinstance(argument, (ast.List, ast.Dict, ast.Constant)) for argument in call.args[:1]
        )
    return False
