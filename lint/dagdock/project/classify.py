"""What a file is: by its name, then by its content; and how its bytes become a document."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Literal

from dagdock.text import Source

if TYPE_CHECKING:
    from dagdock.compose import ComposeFile
    from dagdock.dag import DagModule
    from dagdock.dockerfile import Dockerfile
    from dagdock.ignorefile import IgnoreFile

    Document = Dockerfile | ComposeFile | DagModule | IgnoreFile
else:
    Document = object

DocumentKind = Literal["dockerfile", "compose", "dag", "ignorefile"]
Load = Callable[[str], "ComposeFile | None"]

# What may stand at the top of a Compose file.
_COMPOSE_KEYS = frozenset(b"version name include services networks volumes secrets configs models".split())
# Endings of files that are about a Dockerfile, or that become one only after a program has filled them in.
# fmt: off
_NO_DOCKERFILE = (
    ".md", ".rst", ".txt", ".html", ".py", ".pyc", ".go", ".rs", ".ts", ".js", ".java", ".rb", ".cs", ".php",
    ".sh", ".bash", ".ps1", ".bat", ".json", ".yml", ".yaml", ".toml", ".xml", ".lock", ".log", ".snap",
    ".png", ".svg", ".template", ".tmpl", ".tpl", ".j2", ".jinja", ".jinja2", ".erb", ".ejs", ".mustache",
    ".hbs", ".twig", ".in", ".ex", ".exs", ".kt", ".swift", ".jsx", ".tsx", ".mjs", ".cjs", ".vue", ".css", ".cpp",
    ".hpp", ".lua", ".pl", ".sql", ".adoc", ".ipynb", ".dockerignore", ".rego", ".patch", ".diff", ".orig", ".rej",
    ".bak", ".swp",
)
# fmt: on
_MARKS_OF_UTF16_AND_32 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


class Unreadable(Exception):
    """A file whose bytes are no text that dagdock can read; the message says why and what to do."""


def classify(path: str, content: bytes) -> DocumentKind | None:
    """What kind of document a file is, None where it is none of ours.

    For Python this is a look from afar: `DagModule.is_dag_file` of the parsed file has the last word.
    """
    name = path.rpartition("/")[2].lower()
    content = content.removeprefix(codecs.BOM_UTF8)
    if name.endswith(".py"):
        return "dag" if _is_dag(name, content) else None
    if name.endswith((".yml", ".yaml")):
        if "{{" in path and b"{{" in content:
            return None  # a file of a template of a whole project: `{{cookiecutter.name}}/compose.yaml`
        return "compose" if _is_compose(name, content) else None
    if name.endswith((".dockerignore", ".containerignore")):
        return "ignorefile"
    if "dockerfile" in name or "containerfile" in name:
        return "dockerfile" if _is_dockerfile(name, content) else None
    return None


def read_source(path: str, content: bytes) -> Source:
    """A file's bytes as text: UTF-8, or what a Python file's coding line says. `path` is the one to be shown.

    Raises Unreadable for UTF-16, UTF-32, binary content and an encoding that Python does not know.
    """
    if content.startswith(_MARKS_OF_UTF16_AND_32):
        raise Unreadable("the file is UTF-16 or UTF-32 text; Docker, Compose and Python read UTF-8: save it as UTF-8")
    if b"\0" in content[:8000]:
        raise Unreadable("the file is not text (it holds NUL bytes)")
    encoding = _coding(content) if path.endswith((".py", ".PY")) else "utf-8"
    try:
        source = Source(path, content, encoding)
        if encoding == "utf-8" or source.encode() == content:
            return source
    except (LookupError, UnicodeError, ValueError, TypeError):
        pass
    raise Unreadable(f"the file's coding line names `{encoding}`, which does not decode it")


def to_bytes(path: str, text: str) -> bytes:
    """A text as `read_source` will read it again: in the encoding that a Python file names, where that holds it."""
    content = text.encode("utf-8", "surrogateescape")
    if path.endswith((".py", ".PY")) and (encoding := _coding(content)) != "utf-8":
        try:
            return text.encode(encoding)
        except (LookupError, UnicodeError):
            pass
    return content


def parse(
    source: Source, kind: DocumentKind, environment: Mapping[str, str] | None = None, load: Load | None = None
) -> Document:
    """The document of a source. For Compose, `environment` holds the values (from `.env`) that are put into `${…}`,
    and `load` reads the files that `extends` and `include` name.

    Raises nothing for broken text: what does not parse is among the document's faults.
    """
    if kind == "dockerfile":
        from dagdock import dockerfile

        return dockerfile.parse(source)
    if kind == "compose":
        from dagdock import compose

        return compose.parse(source, environment, load)
    if kind == "dag":
        from dagdock import dag

        return dag.parse(source)
    from dagdock import ignorefile

    return ignorefile.parse(source)


def _is_dockerfile(name: str, content: bytes) -> bool:
    if name.endswith(_NO_DOCKERFILE) or not _dockerfile_name().fullmatch(name):
        return False
    if _is_template(content, _dockerfile_template):
        return False
    # `dockerfile-lint` may be a program: only the plain names are taken on trust.
    return name in ("dockerfile", "containerfile") or bool(_dockerfile_line().search(content))


def _is_compose(name: str, content: bytes) -> bool:
    if _other_yaml().search(content) or _is_template(content, _compose_template):
        return False
    if _default_compose_name().fullmatch(name):
        return True
    if name.startswith("rancher-compose."):  # another language that goes beside it
        return False
    if is_compose_name(name):
        return bool(_compose_key().search(content)) and not _is_of_another_tool(content)
    services = _services().search(content)
    return bool(services) and bool(_image_or_build().search(content, services.end() if services else 0))


def _is_of_another_tool(content: bytes) -> bool:
    """Whether a file named like `lxc-compose.yml` has no service, and above all keys that Compose does not know."""
    if _compose_service().search(content):
        return False
    keys = [found[1] for found in _top_level_key().finditer(content) if not found[1].startswith(b"x-")]
    return sum(key in _COMPOSE_KEYS for key in keys) * 2 < len(keys)


def is_compose_name(name: str) -> bool:
    """Whether a file name (lower case) speaks of Compose: `compose.prod.yaml`, `app.docker-compose.yml`."""
    return "compose" in name and bool(_compose_name().fullmatch(name))


def is_dockerfile_name(name: str) -> bool:
    """Whether a file name (lower case) speaks of a Dockerfile."""
    return (
        ("dockerfile" in name or "containerfile" in name)
        and not name.endswith(_NO_DOCKERFILE)
        and bool(_dockerfile_name().fullmatch(name))
    )


def _is_dag(name: str, content: bytes) -> bool:
    if b"airflow" not in content or (_named_like_a_test(name) and _tests().search(content)):
        return False
    return bool(_imports_airflow().search(content)) and bool(_builds_dag().search(content))


def _named_like_a_test(name: str) -> bool:
    return name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py"


def _coding(content: bytes) -> str:
    """The encoding of a Python file: what a comment in its first two lines says (PEP 263), else UTF-8."""
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8"
    for line in content.split(b"\n", 2)[:2]:
        if found := _coding_line().match(line):
            name = found[1].decode("ascii")
            return "utf-8" if name.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-unix") else name
        if line.split(b"#", 1)[0].strip():
            break  # a second line counts only below a comment or a blank line
    return "utf-8"


@cache
def _coding_line() -> re.Pattern[bytes]:
    return re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")


@cache
def _dockerfile_name() -> re.Pattern[str]:
    return re.compile(r"(?:.*[._-])?(?:docker|container)file(?:[._-].*)?")


@cache
def _dockerfile_line() -> re.Pattern[bytes]:
    return re.compile(rb"^[ \t]*FROM[ \t]+\S", re.IGNORECASE | re.MULTILINE)


def _is_template(content: bytes, of_its_kind: Callable[[], re.Pattern[bytes]]) -> bool:
    """Whether a statement of Jinja, ERB, Go or PHP stands in a file, or a tag where its kind of file cannot have one:
    it becomes a document only when a program has filled it in."""
    if not any(mark in content for mark in (b"{%", b"<%", b"{{", b"<?", b"#if", b"#include")):
        return False
    return bool(_template().search(content) or of_its_kind().search(content))


@cache
def _template() -> re.Pattern[bytes]:
    return re.compile(
        rb"\{%-?[ \t]?(?:if|for|set|block|include|extends|macro|raw|import|from|with)\b[^\n]{0,200}?%\}"
        rb"|<%[-=#]?[ \t][^\n%]{0,200}%>"
        rb"|^[ \t]*\{\{-?[ \t]?(?:if|range|with|define|block|template)\b[^\n]{0,200}?\}\}[ \t]*\r?$"
        rb"|<\?(?:php|=)",
        re.MULTILINE,
    )


@cache
def _dockerfile_template() -> re.Pattern[bytes]:
    """A tag that the file begins with, in a FROM, or right before an instruction; a line for the C preprocessor."""
    return re.compile(
        rb"\A(?:[ \t\r]*(?:#[^\n]*)?\n)*[ \t]*\{\{"
        rb"|^[ \t]*FROM[ \t][^\n]*(?:\{\{|<%)"
        rb"|^#(?:include[ \t]+[\"<][\w./-]+[\">]|ifn?def[ \t]+\w+[ \t]*\r?$|if[ \t]+defined\b)"
        rb"|^[^\n#]{0,200}\}\}(?:FROM|ARG|ENV|RUN|COPY|ADD|LABEL|USER|WORKDIR|EXPOSE|ENTRYPOINT|CMD)[ \t]",
        re.MULTILINE,
    )


@cache
def _compose_template() -> re.Pattern[bytes]:
    """A tag that is no YAML without quotes, or in the name of an image."""
    return re.compile(rb"^[ \t]*(?:-[ \t]+|[\w.-]+:[ \t]+)\{\{[ \t]*\w|^[ \t]*image:[^\n#]*\{\{", re.MULTILINE)


@cache
def _default_compose_name() -> re.Pattern[str]:
    return re.compile(r"(?:docker-)?compose(?:\.override)?\.ya?ml")


@cache
def _compose_name() -> re.Pattern[str]:
    return re.compile(r"(?:.*[._-])?(?:docker[-_.]?)?compose(?:[._-].*)?\.ya?ml")


@cache
def _compose_key() -> re.Pattern[bytes]:
    """A top-level key of Compose, or (format 1) a service at the top with what makes it one."""
    return re.compile(
        rb"""^\{?["']?(?:networks|volumes|secrets|configs|version|name)["']?[ \t]*:|""" + _compose_service().pattern,
        re.MULTILINE,
    )


@cache
def _compose_service() -> re.Pattern[bytes]:
    """Where services stand or come from: the key, or (format 1) a service at the top with what makes it one."""
    return re.compile(
        rb"""^\{?["']?(?:services|include)["']?[ \t]*:"""
        rb"""|^[\w.-]+[ \t]*:[ \t]*\r?\n(?:[ \t].*\n){0,30}?[ \t]+(?:image|build|extends)[ \t]*:""",
        re.MULTILINE,
    )


@cache
def _top_level_key() -> re.Pattern[bytes]:
    return re.compile(rb"""^["']?([\w.-]+)["']?[ \t]*:(?=\s)""", re.MULTILINE)


@cache
def _other_yaml() -> re.Pattern[bytes]:
    """Keys at the top of Kubernetes manifests, pipelines of CI systems and API descriptions."""
    return re.compile(rb"^(?:apiVersion|kind|jobs|pipeline|steps|stages|recipe|openapi|swagger)[ \t]*:", re.MULTILINE)


@cache
def _services() -> re.Pattern[bytes]:
    """A top-level `services:` with a mapping in it (CI systems have a list there)."""
    return re.compile(
        rb"""^services[ \t]*:[ \t]*(?:&\S+[ \t]*)?(?:\#.*)?\r?\n"""
        rb"""(?:[ \t]*(?:\#.*)?\r?\n)*[ ]+["']?[\w.<-]+["']?[ \t]*:""",
        re.MULTILINE,
    )


@cache
def _image_or_build() -> re.Pattern[bytes]:
    return re.compile(rb"""^[ ]{2,}["']?(?:image|build)["']?[ \t]*:""", re.MULTILINE)


@cache
def _imports_airflow() -> re.Pattern[bytes]:
    return re.compile(rb"^[ \t]*(?:from|import)[ \t]+airflow\b", re.MULTILINE)


@cache
def _tests() -> re.Pattern[bytes]:
    return re.compile(
        rb"^[ \t]*(?:(?:from|import)[ \t]+(?:pytest|unittest)\b|(?:async[ \t]+)?def[ \t]+test_)", re.MULTILINE
    )


@cache
def _builds_dag() -> re.Pattern[bytes]:
    return re.compile(rb"DAG\b|[Dd]ag\(|@dag\b|@task|\.task\b|(?:Operator|Sensor)(?:\.partial)?\(|@\w+\.task")
