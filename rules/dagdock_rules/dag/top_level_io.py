from __future__ import annotations

from dagdock.api import Bad, DagModule, Problem, Problems, rule

# The beginning of a call's name, and what it does. A name that ends with "(" has to match up to there.
SLOW = (
    ("requests.get(", "an HTTP request"),
    ("requests.post(", "an HTTP request"),
    ("requests.put(", "an HTTP request"),
    ("requests.request(", "an HTTP request"),
    ("requests.head(", "an HTTP request"),
    ("requests.Session().", "an HTTP request"),
    ("httpx.get(", "an HTTP request"),
    ("httpx.post(", "an HTTP request"),
    ("urllib.request.urlopen(", "an HTTP request"),
    ("urllib.request.urlretrieve(", "a download"),
    ("psycopg2.connect(", "a connection to a database"),
    ("pymysql.connect(", "a connection to a database"),
    ("pymssql.connect(", "a connection to a database"),
    ("pyodbc.connect(", "a connection to a database"),
    ("cx_Oracle.connect(", "a connection to a database"),
    ("oracledb.connect(", "a connection to a database"),
    ("snowflake.connector.connect(", "a connection to a database"),
    ("clickhouse_connect.get_client(", "a connection to a database"),
    ("sqlalchemy.create_engine().connect(", "a connection to a database"),
    ("sqlalchemy.create_engine().execute(", "a query"),
    ("pandas.read_sql", "a query"),
    ("pandas.read_csv(", "the reading of a file"),
    ("pandas.read_excel(", "the reading of a file"),
    ("pandas.read_parquet(", "the reading of a file"),
    ("pandas.read_json(", "the reading of a file"),
    ("boto3.client().", "a call of AWS"),
    ("boto3.resource().", "a call of AWS"),
    ("google.cloud.storage.Client().", "a call of Google Cloud"),
    ("google.cloud.bigquery.Client().", "a call of Google Cloud"),
    ("subprocess.run(", "another program"),
    ("subprocess.call(", "another program"),
    ("subprocess.check_call(", "another program"),
    ("subprocess.check_output(", "another program"),
    ("os.system(", "another program"),
    ("os.popen(", "another program"),
    ("time.sleep(", "a pause"),
    ("smtplib.SMTP(", "a connection to a mail server"),
    ("smtplib.SMTP_SSL(", "a connection to a mail server"),
    ("paramiko.SSHClient().connect(", "an SSH connection"),
    ("socket.create_connection(", "a network connection"),
)
# Methods of a Hook that go to the system behind it.
HOOK_METHODS = (
    ".get_conn()", ".get_records()", ".get_first()", ".get_pandas_df()", ".run()", ".get_uri()", ".read_key()",
    ".list_keys()",
    ".get_key()",
    ".load_file()", ".load_string()", ".download()", ".upload()", ".get_sqlalchemy_engine()",
)  # fmt: skip


@rule(
    "AF204",
    severity="warning",
    since="0.1",
    lessons=["L42", "L55"],
    aliases=["dagruff:BP001", "conformdag:module-scope-io"],
    bad=[
        Bad(
            "from datetime import datetime\nimport requests\nfrom airflow import DAG\n\n"
            "shops = «requests.get('https://api.example.org/shops')».json()\n\n"
            "with DAG('sales', start_date=datetime(2024, 1, 1), schedule=None) as dag:\n    pass\n"
        ),
    ],
    good=[
        "from datetime import datetime\nimport requests\nfrom airflow.decorators import dag, task\n\n\n"
        "@task\ndef shops():\n    return len(requests.get('https://api.example.org/shops').json())\n\n\n"
        "@dag(start_date=datetime(2024, 1, 1), schedule=None)\ndef sales():\n    shops()\n\n\nsales()\n",
    ],
)
def top_level_io(module: DagModule) -> Problems:
    """The network, a database or another program is asked while Airflow reads the file.

    Airflow reads each DAG file every few seconds, on every machine that runs a part of it. What stands outside of a
    task runs each time: it slows down all DAGs, presses on the system behind it, and when that does not answer, the
    DAGs of the file are gone. Move it into the function that a task runs.

    https://airflow.apache.org/docs/apache-airflow/stable/best-practices.html#top-level-python-code
    """
    if not module.is_dag_file:
        return
    for call in module.calls():
        what = _what(call.name, call.airflow)
        if what and call.runs_at == "parse":
            yield Problem(
                call,
                f"{what} happens here each time Airflow reads the file, every few seconds. Move it into the function "
                "that a task runs",
            )


def _what(name: str | None, airflow: str | None) -> str | None:
    if name is None:
        return None
    if airflow and airflow.startswith(("BaseHook.get_connection", "Connection.get_connection_from_secrets")):
        return "a look-up of a Connection"
    if airflow and "Hook()." in airflow and f"{airflow}()".endswith(HOOK_METHODS) and airflow.count("()") == 1:
        return "a call through a Hook"
    full = f"{name}("
    for start, what in SLOW:
        if full.startswith(start) and full.count("(") == start.count("(") + (not start.endswith("(")):
            return what
    return None
