"""Values too large for XCom, by where they come from."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Literal, NamedTuple

from dagdock.api import DagModule, Function, Origin, remembered

from ._queries import gives_few_rows, gives_narrow_rows, query_text

Kind = Literal["table", "rows", "lazy", "file", "lines", "answer", "model", "list", "text", "array"]
MAX_DEPTH = 40
# From here on a list, a text or an array is large.
MANY_ITEMS = 10_000
MANY_SIGNS = 50_000


class Large(NamedTuple):
    """A step that makes a value large."""

    origin: Origin
    kind: Kind
    is_narrow: bool = False

    @property
    def what(self) -> str:
        return _WORDS[self.kind]

    @property
    def may_be_small(self) -> bool:
        """Whether only the run can tell: an answer of a service, or some file, may be a line or a gigabyte."""
        if self.is_narrow:
            return True
        if self.kind in ("file", "lines"):
            return not any(_texts(*_place(self.origin)))
        return self.kind == "answer" and self.origin.method in ("json", "text")


_WORDS: dict[Kind, str] = {
    "table": "a DataFrame",
    "rows": "all rows of a query",
    "lazy": "all rows of a query",
    "file": "the content of a file",
    "lines": "the content of a file",
    "answer": "the whole answer of a service",
    "model": "a trained model",
    "list": "a list of thousands of items",
    "text": "a text of many kilobytes",
    "array": "an array of thousands of numbers",
}
_TABLES = frozenset(
    (
        "pandas.DataFrame", "pandas.Series", "polars.DataFrame", "polars.LazyFrame", "dask.dataframe.DataFrame",
        "geopandas.GeoDataFrame", "pyspark.sql.DataFrame", "pyarrow.Table",
    )
)  # fmt: skip
# Arrays of the size that they are given.
_ARRAYS = frozenset(
    (
        "numpy.random.rand()", "numpy.random.randn()", "numpy.random.random()", "numpy.zeros()", "numpy.ones()",
        "numpy.arange()", "numpy.random.randint()", "numpy.random.normal()",
    )
)  # fmt: skip

# Calls whose result is large: the beginning of the name. A name that ends with "(" has to match up to there.
_CALLS: tuple[tuple[str, Kind], ...] = (
    ("pandas.read_", "table"),
    ("pandas.DataFrame(", "table"),
    ("pandas.concat(", "table"),
    ("pandas.merge(", "table"),
    ("pandas.json_normalize(", "table"),
    ("pandas.get_dummies(", "table"),
    ("polars.read_", "table"),
    ("polars.scan_", "table"),
    ("polars.DataFrame(", "table"),
    ("polars.concat(", "table"),
    ("polars.from_pandas(", "table"),
    ("awswrangler.s3.read_", "table"),
    ("awswrangler.athena.read_", "table"),
    ("dask.dataframe.read_", "table"),
    ("geopandas.read_", "table"),
    ("modin.pandas.read_", "table"),
    ("numpy.load(", "table"),
    ("numpy.loadtxt(", "table"),
    ("numpy.genfromtxt(", "table"),
    ("pyarrow.csv.read_csv(", "table"),
    ("pyarrow.parquet.read_table(", "table"),
    ("sklearn.datasets.fetch_", "table"),
    ("sklearn.datasets.load_", "table"),
    ("joblib.load(", "model"),
    ("torch.load(", "model"),
    ("tensorflow.keras.Sequential(", "model"),
    ("tensorflow.keras.Model(", "model"),
    ("tensorflow.keras.models.Sequential(", "model"),
    ("keras.Sequential(", "model"),
    ("keras.models.Sequential(", "model"),
    ("keras.Model(", "model"),
    ("spacy.load(", "model"),
    ("transformers.pipeline(", "model"),
    ("tensorflow.keras.models.load_model(", "model"),
    ("keras.models.load_model(", "model"),
    ("xgboost.XGB", "model"),
    ("lightgbm.LGBM", "model"),
    ("catboost.CatBoost", "model"),
    ("statsmodels.api.", "model"),
)
# Methods that give a table, a file's content or all rows, whatever they are called on.
_METHODS: dict[str, Kind] = {
    "fetchall": "rows",
    "get_records": "rows",
    "get_pandas_df": "table",
    "get_df": "table",
    "fetch_df": "table",
    "fetchdf": "table",
    "toPandas": "table",
    "to_dataframe": "table",
    "to_arrow": "table",
    "read_key": "file",
    "download_as_string": "file",
    "download_as_bytes": "file",
    "download_as_text": "file",
}
# What keeps a table large.
_KEEPS_TABLE = frozenset(
    "to_json to_dict to_dicts to_csv to_records to_numpy to_html to_string to_pydict to_pylist to_pandas "
    "to_list tolist copy reset_index set_index reindex rename drop dropna fillna ffill bfill merge join "
    "sort_values sort_index drop_duplicates assign astype query filter apply applymap map replace values T "
    "melt pivot pivot_table explode transpose append concat with_columns select sort collect compute lazy "
    "persist repartition withColumn withColumnRenamed dropDuplicates where toDF items rows iter_rows "
    "itertuples convert_dtypes infer_objects fill_null drop_nulls data target round clip shift interpolate "
    "stack unstack add_prefix add_suffix to_frame pipe mask transform cumsum diff rank combine_first set_axis "
    "str dt".split()
)
_KEEPS_ARRAY = frozenset(("astype", "copy", "round", "tolist"))
# What turns a table into texts or lists of the same size, or writes it to the path that is given.
_WRITES = frozenset(("to_csv", "to_json", "to_html", "to_string"))
# What hands a text or bytes on.
_KEEPS_TEXT = frozenset(
    ("decode", "encode", "splitlines", "split", "replace", "read", "getvalue", "hex", "lower", "upper")
)
_READS = frozenset(("read", "readlines", "read_text", "read_bytes"))
_FILES = ("builtins.open()", "io.open()", "gzip.open()", "bz2.open()", "codecs.open()", "pathlib.Path()")
_SERVICES = ("requests.", "httpx.", "urllib.request.urlopen", "urllib3.")
_SPARK = frozenset(("read", "sql", "table", "createDataFrame"))
# Words in the name of a file that is small by its purpose.
_SMALL_FILES = (
    "config", "conf.", "setting", "version", "meta", "param", "schema", "token", ".sql", ".hql", "query", "template",
    ".jinja", ".cfg", ".ini", ".toml", ".yml", ".yaml", ".env", "manifest", "state", "status", "checkpoint",
    "watermark", "count", "total", "_id", "date", "flag", "success", "ready", "latest", "last", "marker",
)  # fmt: skip
# Calls that hand on the first argument as it is, or in another form of the same size.
_PASSING_CALLS = frozenset(
    (
        "json.dumps()", "json.loads()", "pickle.dumps()", "builtins.list()", "builtins.tuple()", "builtins.dict()",
        "builtins.str()", "builtins.sorted()", "builtins.set()", "builtins.bytes()", "copy.copy()", "copy.deepcopy()",
        "base64.b64encode()", "io.StringIO()", "io.BytesIO()", "yaml.safe_load()", "gzip.compress()",
        "gzip.decompress()", "zlib.compress()", "itertools.chain.from_iterable()",
    )
)  # fmt: skip
# Calls that hand out tables of what they are given, several at once.
_SPLITS = frozenset(("sklearn.model_selection.train_test_split()", "sklearn.utils.shuffle()", "numpy.array_split()"))
_FILE_READERS = frozenset(("json.load()", "csv.reader()", "csv.DictReader()", "yaml.safe_load()", "pickle.load()"))


def large_value(module: DagModule, node: ast.expr) -> Large | None:
    """What makes the value of an expression large; its own name may say that it is not (`load_date`)."""
    found = large(module, module.origin(node))
    if found and found.may_be_small and isinstance(node, ast.Name):
        return None if any(word in node.id.lower() for word in _SMALL_FILES) else found
    return found


def large_result(module: DagModule, function: Function) -> Iterator[tuple[ast.expr, Large]]:
    """The large ones among the values that a function returns, by where they come from or by its type hint."""
    hint = None if isinstance(function.node, ast.Lambda) else function.node.returns
    for result in function.returns:
        found = large_value(module, result.node)
        if (
            found is None
            and function.is_taskflow
            and is_table(module, hint)
            and not _made_smaller(module, result.origin)
        ):
            found = Large(result.origin, "table")
        if found is not None:
            yield result.node, found


def _made_smaller(module: DagModule, origin: Origin) -> bool:
    """Whether a value is a part of something large, or nothing at all."""
    return origin.name == "None" or any(large(module, step) for step in origin.walk() if step is not origin)


def large(module: DagModule, origin: Origin, depth: int = 0) -> Large | None:
    """The step that makes the value large and what it is; None where it is small, or where that cannot be known."""
    answers = _answers(module)
    if origin in answers or depth > MAX_DEPTH:
        return answers.get(origin)
    answers[origin] = None  # for values that are made of themselves
    answers[origin] = found = _large(module, origin, depth)
    return found


@remembered
def _answers(module: DagModule) -> dict[Origin, Large | None]:
    return {}


def _large(module: DagModule, origin: Origin, depth: int) -> Large | None:
    name, node = origin.name, origin.node
    if name == "item":
        return None
    if name in ("either", "local()"):
        found = [large(module, choice, depth + 1) for choice in origin.inputs]
        return next((one for one in found if one), None)
    if name in ("list", "set", "generator", "dict") and isinstance(
        node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
    ):
        return _comprehension(module, origin, node, depth)
    if name in ("list", "tuple", "dict", "set"):
        return _first(module, origin, depth)
    if name == "filled":
        return _filled(module, origin, depth)
    if name in ("[]", "[:]"):
        return _part(module, origin, depth)
    if name == "parameter":
        return _parameter(module, origin, depth)
    if name == "*":
        return Large(origin, "text") if _is_repeated_text(module, node) else None
    if isinstance(node, ast.Attribute):
        return _attribute(module, origin, depth)
    if not isinstance(node, ast.Call):
        return None
    function = module.function(node.func) if name == "?" else None
    if function is not None and function.is_taskflow:
        return _of_task(module, function, depth)
    return _call(module, origin, node, depth)


def is_table(module: DagModule, annotation: ast.expr | None) -> bool:
    """Whether a type hint says that a value is a table."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return (
            annotation.value.endswith((".DataFrame", ".LazyFrame", ".GeoDataFrame")) or annotation.value == "DataFrame"
        )
    return annotation is not None and module.qualified(annotation) in _TABLES


def _parameter(module: DagModule, origin: Origin, depth: int) -> Large | None:
    """A parameter: by its type hint, or by what each call of its function gives it."""
    parameter = origin.node
    holder = module.parent(parameter)
    owner = module.parent(holder) if holder is not None else None
    if not isinstance(parameter, ast.arg) or not isinstance(owner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        return None
    if is_table(module, parameter.annotation):
        return Large(origin, "table")
    function = module.function_of(owner)
    found = [
        large(module, module.origin(value), depth + 1) if value is not None else None
        for value in (_argument(function, call, parameter.arg) for call in function.calls)
    ]
    return found[0] if found and all(found) and not function.escapes else None


def _argument(function: Function, call: ast.Call, name: str) -> ast.expr | None:
    """What a call gives for a parameter, where that can be seen."""
    if any(isinstance(one, ast.Starred) for one in call.args):
        return None
    is_method = function.scope.parent is not None and function.scope.parent.kind == "class"
    for position, value in enumerate(call.args):
        if function.parameter(position + is_method) == name:
            return value
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _of_task(module: DagModule, function: Function, depth: int) -> Large | None:
    """What a TaskFlow function gives to the tasks that are called with its result."""
    found = (large(module, result.origin, depth + 1) for result in function.returns)
    return next((one for one in found if one), None)


def _is_repeated_text(module: DagModule, node: ast.AST) -> bool:
    """`"x" * 1_000_000`, which is never worked out."""
    if not isinstance(node, ast.BinOp):
        return False
    texts = [one for one in (node.left, node.right) if _is_text(one)]
    numbers = [module.value(one).get(int) for one in (node.left, node.right)]
    return bool(texts) and any(number is not None and number >= MANY_SIGNS for number in numbers)


def _is_long_range(module: DagModule, origin: Origin) -> bool:
    """`range(1_000_000)`: numbers for every step."""
    node = origin.node
    if origin.name != "builtins.range()" or not isinstance(node, ast.Call):
        return False
    bounds = [module.value(one).get(int) for one in node.args]
    if not bounds or any(bound is None for bound in bounds):
        return False
    return len(range(*(bound for bound in bounds if bound is not None))) >= MANY_ITEMS


def _first(module: DagModule, origin: Origin, depth: int) -> Large | None:
    found = (large(module, part, depth + 1) for part in origin.inputs)
    return next((one for one in found if one and one.kind != "lazy"), None)


def _filled(module: DagModule, origin: Origin, depth: int) -> Large | None:
    """A list or dict that is filled with something large, or row by row with all there is."""
    if found := _first(module, origin, depth):
        return found
    for addition in origin.inputs[1:]:
        row = addition
        while row.name in _PASSING_CALLS and row.inputs:
            row = row.inputs[0]
        if row.name == "[]" and _extends(module, row):
            whole = large(module, row.inputs[0], depth + 1) if row.inputs else None
            if whole and whole.kind == "answer":
                return whole
        if row.name == "item" and row.inputs and (found := _rows(module, row.inputs[0], depth + 1)):
            return found if found.kind in ("rows", "lazy", "lines", "answer") else None
    return None


def _extends(module: DagModule, part: Origin) -> bool:
    """Whether a part of something is a list: it goes into `items.extend(…)`."""
    call = module.parent(part.node)
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "extend"


def _comprehension(
    module: DagModule,
    origin: Origin,
    node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp,
    depth: int,
) -> Large | None:
    """All rows again, whatever is made of each; but not one field of each, such as a list of ids."""
    item = node.value if isinstance(node, ast.DictComp) else node.elt
    while isinstance(item, ast.Call) and isinstance(item.func, ast.Name) and len(item.args) == 1:
        item = item.args[0]
    if isinstance(item, (ast.Subscript, ast.Attribute, ast.Constant, ast.JoinedStr)):
        return None
    over = module.origin(node.generators[0].iter)
    if _is_long_range(module, over) and not any(loop.ifs for loop in node.generators):
        return Large(origin, "list")
    found = _rows(module, over, depth + 1)
    return found if found and found.kind in ("rows", "lazy", "lines", "answer") else None


def _rows(module: DagModule, over: Origin, depth: int) -> Large | None:
    """What makes a loop long: an open file hands out its lines."""
    if _is_open_file(over) and not over.name.startswith("pathlib.Path()"):
        return None if _is_small_file(over) else Large(over, "lines")
    return large(module, over, depth)


def _part(module: DagModule, origin: Origin, depth: int) -> Large | None:
    """`df[["a", "b"]]`, `df[df.a > 1]` are large as well; a row, a cell or a slice is not."""
    node = origin.node
    if not origin.inputs:
        return None
    whole = origin.inputs[0]
    if whole.name in _SPLITS:  # each part, by its number or by its name in an assignment, is a table
        return large(module, whole, depth + 1)
    if not isinstance(node, ast.Subscript):
        return None
    index = node.slice
    if whole.method in ("loc", "iloc") and whole.inputs:
        whole = whole.inputs[0]
        index = index.elts[0] if isinstance(index, ast.Tuple) and index.elts else index
        if not (isinstance(index, ast.Slice) and index.lower is None and index.upper is None) and not _selects(index):
            return None
    elif not (_selects(index) or isinstance(index, ast.List) or _is_text(index)):
        return None
    found = large(module, whole, depth + 1)
    return found if found and found.kind == "table" else None


def _selects(index: ast.expr) -> bool:
    """Whether rows are chosen by a condition."""
    return isinstance(index, ast.Compare) or (
        isinstance(index, (ast.BinOp, ast.UnaryOp)) and not isinstance(getattr(index, "operand", None), ast.Constant)
    )


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _attribute(module: DagModule, origin: Origin, depth: int) -> Large | None:
    method = origin.method
    if not origin.inputs:
        return None
    if method in ("content", "text") and _is_answer(origin.inputs[0]):
        return Large(origin, "answer")
    if method in _KEEPS_TABLE:
        found = large(module, origin.inputs[0], depth + 1)
        return found if found and found.kind == "table" else None
    return None


def _call(module: DagModule, origin: Origin, node: ast.Call, depth: int) -> Large | None:
    name, method = origin.name, origin.method
    receiver = origin.inputs[0] if origin.inputs and isinstance(node.func, ast.Attribute) else None
    if name in _FILE_READERS and origin.inputs and _is_open_file(origin.inputs[0]):
        if name == "pickle.load()":
            return Large(origin, "model")
        if not _is_small_file(origin.inputs[0]):
            return Large(origin, "lazy" if name.startswith("csv.") else "file")
    if name == "builtins.list()" and origin.inputs and _is_long_range(module, origin.inputs[0]):
        return Large(origin, "list")
    if name in _ARRAYS:
        return Large(origin, "array") if _is_large_array(module, node) else None
    if name in _SPLITS:
        found = _first(module, origin, depth)
        return found if found and found.kind == "table" else None
    if name in _PASSING_CALLS:
        found = large(module, origin.inputs[0], depth + 1) if origin.inputs else None
        if found and found.kind == "lazy":
            return Large(found.origin, "rows")
        return found
    if kind := _kind_of(name):
        return None if _is_small_frame(module, name, node) else Large(origin, kind)
    if name.startswith("sklearn.") and _makes_model(name, method):
        return Large(origin, "model")
    if method is None or receiver is None:
        return None
    if method in _METHODS:
        return _by_method(module, origin, node, receiver, _METHODS[method])
    return _of_receiver(module, origin, node, receiver, depth)


def _written_into(module: DagModule, node: ast.Call, depth: int) -> Large | None:
    """What a buffer was filled with: `table.to_parquet(buffer)` and then `buffer.getvalue()`."""
    buffer = node.func.value if isinstance(node.func, ast.Attribute) else None
    for load in module.names.loads.get(buffer.id, ()) if isinstance(buffer, ast.Name) else ():
        writing = module.parent(load)
        if not isinstance(writing, ast.Call) or not isinstance(writing.func, ast.Attribute):
            continue
        if writing.func.attr.startswith(("to_", "write_")) and module.function_at(load) is module.function_at(node):
            return large(module, module.origin(writing.func.value), depth + 1)
    return None


def _by_method(module: DagModule, origin: Origin, node: ast.Call, receiver: Origin, kind: Kind) -> Large | None:
    """What a method with a telling name gives; rows only where the query is known to have many."""
    if kind == "file":
        return None if _is_small_file(origin) else Large(origin, kind)
    query = query_text(module, node, receiver)
    few = gives_few_rows(query)
    if kind == "rows" and few is None:
        return None
    return None if few else Large(origin, kind, is_narrow=gives_narrow_rows(query))


def _of_receiver(module: DagModule, origin: Origin, node: ast.Call, receiver: Origin, depth: int) -> Large | None:
    method = origin.method
    if method in _READS:
        if _is_open_file(receiver):
            return None if _is_small_file(receiver) else Large(origin, "lines" if method == "readlines" else "file")
        if _is_answer(receiver):
            return Large(origin, "answer")
        if receiver.name == "[]" and isinstance(receiver.node, ast.Subscript) and _says(receiver.node.slice, "Body"):
            return None if _is_small_file(receiver) else Large(origin, "file")
    if method == "getvalue" and receiver.name in ("io.BytesIO()", "io.StringIO()"):
        return _written_into(module, node, depth)
    if method == "json" and _is_answer(receiver):
        return Large(origin, "answer")
    if method == "collect" and any(step.method in _SPARK for step in receiver.walk()):
        if any(step.method in ("limit", "agg", "head", "first") for step in receiver.walk()):
            return None
        few = gives_few_rows(query_text(module, node, receiver))
        return None if few or (few is None and _asks(receiver)) else Large(origin, "rows")
    if method in ("df", "fetchnumpy", "pl", "arrow") and receiver.name.startswith("duckdb."):
        return None if gives_few_rows(query_text(module, node, receiver)) else Large(origin, "table")
    if method == "result" and receiver.method == "query" and receiver.name.startswith("google.cloud.bigquery."):
        return Large(origin, "lazy") if gives_few_rows(query_text(module, node, receiver)) is False else None
    if method in ("find", "aggregate") and any(_is_mongo(step.name) for step in receiver.walk()):
        return Large(origin, "lazy") if method == "find" else None
    if method == "download" and receiver.name.endswith("GCSHook()") and not _writes_to_file(node):
        return Large(origin, "file")
    if method in ("fit", "fit_transform"):
        found = large(module, receiver, depth + 1)
        return found if found and found.kind == "model" and method == "fit" else None
    if method in _KEEPS_TEXT:
        found = large(module, receiver, depth + 1)
        return found if found and found.kind in ("file", "answer") else None
    if method in _KEEPS_TABLE and not _writes(origin, node):
        found = large(module, receiver, depth + 1)
        kept = ("table", "array") if method in _KEEPS_ARRAY else ("table",)
        return found if found and found.kind in kept else None
    return None


def _kind_of(name: str) -> Kind | None:
    for start, kind in _CALLS:
        if name.startswith(start) and name.count("()") == 1:
            return kind
    return None


def _makes_model(name: str, method: str | None) -> bool:
    """Whether a call makes an estimator: `sklearn.ensemble.RandomForestClassifier()`."""
    last = name.removesuffix("()").rpartition(".")[2]
    return (name.count("()") == 1 and last[:1].isupper() and method is not None) or (
        name.count("()") == 1 and last[:1].isupper() and last.endswith(("Classifier", "Regressor", "Regression"))
    )


def _is_answer(origin: Origin) -> bool:
    """Whether it is what a service answered."""
    if origin.name.startswith(_SERVICES):
        return origin.name.endswith("()") and not origin.name.endswith(("Session()", "Client()"))
    return origin.name.startswith("airflow.") and origin.name.endswith("HttpHook().run()")


def _is_open_file(origin: Origin) -> bool:
    """Whether it is an open file, or a path."""
    if origin.name in ("/", "operation") and origin.inputs:
        return origin.inputs[0].name == "pathlib.Path()"
    return origin.name in _FILES or (origin.name.startswith("pathlib.Path()") and origin.method in ("open", "joinpath"))


def _is_small_file(origin: Origin) -> bool:
    """Whether some text on the way to the file says that it is a small one: `/opt/config.json`, `query.sql`."""
    return any(word in text.lower() for text in _texts(*_place(origin)) for word in _SMALL_FILES)


def _place(origin: Origin) -> tuple[Origin, ...]:
    """What says which file it is: what a Hook's method is given, else all there is."""
    return origin.inputs[1:] if origin.method in _METHODS else (origin,)


def _texts(*origins: Origin) -> Iterator[str]:
    """The literal texts on the way to values, such as parts of a path."""
    for step in (step for origin in origins for step in origin.walk()):
        text = step.node.value if isinstance(step.node, ast.Constant) else None
        if isinstance(text, str) and len(text) > 3 and text != "Body":  # not the mode of open()
            yield text


def _is_large_array(module: DagModule, node: ast.Call) -> bool:
    """Whether the numbers among the arguments, or in a shape among them, make thousands when multiplied."""
    found = 1
    for given in (*node.args, *(keyword.value for keyword in node.keywords if keyword.arg in ("size", "shape"))):
        for one in given.elts if isinstance(given, (ast.Tuple, ast.List)) else [given]:
            found *= max(module.value(one).get(int) or 1, 1)
            if found >= MANY_ITEMS:
                return True
    return False


def _is_mongo(name: str) -> bool:
    return name.startswith("pymongo.") or (name.startswith("airflow.") and name.endswith("MongoHook()"))


def _asks(origin: Origin) -> bool:
    return any(step.method == "sql" for step in origin.walk())


def _says(node: ast.expr, text: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == text


def _writes_to_file(node: ast.Call) -> bool:
    return len(node.args) > 2 or any(keyword.arg == "filename" for keyword in node.keywords)


def _writes(origin: Origin, node: ast.Call) -> bool:
    """Whether `to_csv(path)` and the like write to a file instead of giving the text back."""
    if origin.method not in _WRITES:
        return False
    given = [*node.args[:1], *(word.value for word in node.keywords if word.arg in ("path_or_buf", "buf", "path"))]
    return any(not (isinstance(one, ast.Constant) and one.value is None) for one in given)


def _is_small_frame(module: DagModule, name: str, node: ast.Call) -> bool:
    """A DataFrame of literals, or one that is read with a limit of a few rows, is small."""
    if any(keyword.arg in ("nrows", "n_rows", "chunksize", "iterator") for keyword in node.keywords):
        return True
    if name == "pandas.DataFrame()" or name == "polars.DataFrame()":
        data = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "data")]
        return not data or any(isinstance(one, (ast.List, ast.Dict, ast.Constant)) for one in data)
    if name.startswith(("pandas.read_sql", "polars.read_database", "awswrangler.athena.read_")):
        return gives_few_rows(query_text(module, node, None)) is True
    return False
