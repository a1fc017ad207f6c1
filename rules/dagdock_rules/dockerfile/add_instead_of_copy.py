from __future__ import annotations

from dagdock.api import Add, Bad, DockerfileWord, Fix, Problem, Problems, rule

# What ADD unpacks or compresses; a file with such a name may be meant to be unpacked.
ARCHIVES = (
    ".tar",
    ".gz",
    ".tgz",
    ".bz2",
    ".tbz",
    ".tbz2",
    ".xz",
    ".txz",
    ".lzma",
    ".tlz",
    ".zst",
    ".tzst",
    ".z",
    ".tz",
    ".taz",
    ".lz",
    ".lzo",
    ".7z",
)
REMOTE = ("http://", "https://", "ftp://", "git@", "git://", "ssh://", "github.com/", "oci://")
ONLY_ADD = frozenset(("checksum", "keep-git-dir", "unpack"))


@rule(
    "DF501",
    severity="info",
    since="0.1",
    fix="safe",
    lessons=["L03"],
    aliases=[
        "hadolint:DL3020",
        "trivy:DS-0005",
        "checkov:CKV_DOCKER_4",
        "kics:add-instead-of-copy",
        "sonar:S7029",
        "semgrep:prefer-copy-over-add",
    ],
    bad=[
        Bad(
            "FROM python:3.12-slim\n«ADD» requirements.txt /app/\n",
            fixed="FROM python:3.12-slim\nCOPY requirements.txt /app/\n",
        ),
        Bad(
            "FROM eclipse-temurin:21-jre\nARG JAR_FILE=target/*.jar\n«ADD» ${JAR_FILE} app.jar\n",
            fixed="FROM eclipse-temurin:21-jre\nARG JAR_FILE=target/*.jar\nCOPY ${JAR_FILE} app.jar\n",
        ),
        Bad(
            "FROM debian:12\nENV JAR=app.jar\n«ADD» $JAR /opt/\n",
            fixed="FROM debian:12\nENV JAR=app.jar\nCOPY $JAR /opt/\n",
        ),
    ],
    good=[
        "FROM python:3.12-slim\nCOPY requirements.txt /app/\n",
        "FROM scratch\nADD rootfs.tar.xz /\n",
        "FROM alpine:3.20\nADD https://example.com/tool /usr/local/bin/\n",
        "FROM alpine:3.20\nARG PACKAGE\nADD $PACKAGE /opt/\n",
        "FROM alpine:3.20\nARG PACKAGE=https://example.com/app.jar\nADD $PACKAGE /opt/app.jar\n",
        "FROM alpine:3.20\nENV PACKAGE=app.tar.gz\nARG OTHER=app.jar\nADD $PACKAGE /opt/\nADD $OTHER /opt/\n",
    ],
)
def add_instead_of_copy(add: Add) -> Problems:
    """ADD is used where COPY does the same.

    ADD does more than its name says: it unpacks archives and fetches from the network. For a plain file or folder
    none of that happens, and the reader has to wonder. COPY only copies, so keep ADD for what needs it.

    https://docs.docker.com/build/building/best-practices/#add-or-copy
    """
    if any(flag.name in ONLY_ADD for flag in add.flags) or not add.sources:
        return
    if all(_is_plain(source, add) for source in add.sources):
        name = add.sources[0].raw.strip("\"'")
        yield Problem(
            add.keyword,
            f"ADD of `{name}` only copies, as COPY does. Use COPY, and keep ADD for archives to unpack and "
            "addresses to fetch",
            fix=Fix.replace(
                "Use COPY",
                add.keyword,
                "COPY" if add.keyword.isupper() else "copy",
                "unsafe" if any(_is_argument(source, add) for source in add.sources) else "safe",
            ),
        )


def _is_plain(source: DockerfileWord, add: Add) -> bool:
    """Whether a source is surely a local file or folder that is no archive."""
    path = source.literal or _set_by_env(source, add) or _renamed(source, add)
    if path is None:
        return _is_zip(source)
    lower = path.lower()
    if lower.startswith(REMOTE) or ".git#" in lower or lower.endswith(".git"):
        return False
    tail = lower.rpartition("/")[2]
    if any(sign in tail.rpartition(".")[2] for sign in "*?["):
        return False  # may match an archive
    return not lower.endswith(ARCHIVES)


def _set_by_env(source: DockerfileWord, add: Add) -> str | None:
    """What a source with variables comes to, where nobody can give them other values when they build."""
    scope = add.stage.scope_at(add) if add.stage else None
    bindings = [scope.get(variable.name) for variable in source.variables] if scope else []
    fixed = all(binding is not None and binding.kind == "env" for binding in bindings)
    return (source.resolve(scope) or None) if scope and bindings and fixed else None


def _renamed(source: DockerfileWord, add: Add) -> str | None:
    """What an ARG brings by default, where it gets a new name of the same kind: `ADD $JAR_FILE app.jar`.

    An archive would be unpacked into a folder of that name, so nobody means one.
    """
    path = source.resolve(add.stage.scope_at(add)) if add.stage else None
    target = add.destination.literal if add.destination else None
    kind = (path or "").rpartition("/")[2].rpartition(".")[2]
    return path if path and target and kind.isalpha() and target.endswith(f".{kind}") else None


def _is_argument(source: DockerfileWord, add: Add) -> bool:
    """Whether who builds the image can hand another source over, an address for one."""
    return source.literal is None and _set_by_env(source, add) is None and not _is_zip(source)


def _is_zip(source: DockerfileWord) -> bool:
    """Whether a source with variables is surely a local zip, which ADD does not unpack: `dist/$NAME.zip`."""
    raw = source.raw.lower()
    return raw.endswith(".zip") and "://" not in raw and not raw.startswith(("$", '"', "'"))
