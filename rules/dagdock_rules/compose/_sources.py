"""What the sources of a service that is built here show of the servers that it works with."""

from __future__ import annotations

import re

from dagdock.api import Project, Service, files_below

from ._model import as_run

# What is read of a build's folder: programs, and the lists of what they need.
_CODE = (".py", ".js", ".mjs", ".ts", ".go", ".rb", ".cs", ".java", ".kt", ".php", ".rs", ".ex", ".sh")
_LISTS = (
    ".toml",
    ".json",
    ".xml",
    ".csproj",
    ".gradle",
    ".properties",
    ".yml",
    ".yaml",
    ".txt",
    ".cfg",
    ".ini",
    ".mod",
)
_MOST = 80  # files
_LARGEST = 100_000  # bytes
# What programs that work with a database name, besides the database itself.
_DATABASES = (
    rb"database|\bdb\b|db_|_db\b|sql|\bpg\b|pgx|\borm\b|prisma|knex|sequelize|django|rails|laravel|hibernate|doctrine"
    rb"|datasource|connection_string|mongoose|celery|amqp|pika|bootstrap"
)
_AGAIN = (
    rb"retr(?:y|ies)|reconnect|wait_?for_?(?:db|it|database|postgres|mysql|rabbit|mongo|kafka)"
    rb"|settimeout\([^)]{0,99}connect"
)
_LOOP = rb"while\s*\(?\s*(?:true|1)\b|for\s*\{|for\s*\(;;\)"
_PAUSE = rb"sleep|delay"


def is_in_no_hurry(service: Service, name: str, kind: str, project: Project) -> bool:
    """Whether the sources of a service say that it tries again until a server answers, or that it uses none at all;
    no where nothing of that can be seen."""
    folder = project.context_path(service)
    if folder is None or service.build is None:
        return False
    answer = project.once(("in no hurry", folder, name, kind), lambda: _look(project, folder, name, kind))
    if answer == "unused":
        entries = as_run(service, project).entries
        written = " ".join(entry.span.text for key, entry in entries.items() if key not in ("depends_on", "links"))
        return not service.env_files and not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", written)
    return answer == "again"


def _look(project: Project, folder: str, name: str, kind: str) -> str:
    """`again`, `unused`, or nothing."""
    signs = re.compile(rb"%s|%s|%s" % (re.escape(name.lower().encode()), kind[:5].lower().encode(), _DATABASES))
    seen, is_named, is_whole = 0, False, True
    for path in files_below(project.facts, folder or "."):
        lower = path.lower()
        if not lower.endswith((*_CODE, *_LISTS)):
            continue
        seen += 1
        if seen > _MOST:
            return ""
        text = (project.facts.read(path) or b"").lower()
        if len(text) > _LARGEST:
            is_whole = False
        elif signs.search(text):
            is_named = True
            tries = re.search(_AGAIN, text) or (re.search(_LOOP, text) and re.search(_PAUSE, text))
            if tries and lower.endswith(_CODE):
                return "again"
    return "unused" if seen and is_whole and not is_named else ""
