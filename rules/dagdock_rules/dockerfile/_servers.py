"""Programs that do not end: see data/servers.toml for which, and with which arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from dagdock.api import Command, Word, load_data

# A jar with one of these words in its name is a tool that does its work and ends.
TOOLS = frozenset(
    "tool tools launcher installer generator flyway liquibase openapi swagger antlr compressor cli plantuml jar-with "
    "checkstyle ktlint jarjar proguard selenium-standalone cfr fernflower maven gradle wrapper setup bfg "
    "wiremock-cli".split()
)
# What only a service is told behind its jar.
SETTINGS = ("--server.", "--spring.", "--management.", "--port")
# With these Java does a piece of work and ends: layers are taken out, an archive of classes is written.
ENDING = ("-Djarmode", "-Dspring.context.exit", "-XX:ArchiveClassesAtExit", "-Xshare:dump", "-XX:AOTMode=record")
MAIN_CLASSES = (".Main", ".App", "Application", "Server")
# Programs that run what they are given.
PROGRAMS = frozenset("python python3 node java ruby php dotnet deno bun gunicorn uvicorn celery flask npm".split())
WORKS = ("build", "generate", "prepare", "compile", "bundle", "lint", "test", "export")


class Server(NamedTuple):
    """A command that starts something which does not end."""

    name: str
    """The words to call it by: `flask run`, `nginx`."""
    detached: bool
    """Whether it goes to the background by itself."""


def server_of(command: Command) -> Server | None:
    """What a command leaves running, None where it ends or where that cannot be known."""
    effective = command.effective
    name = effective.name
    if name is None or any(word.value is None and word.prefix == "" for word in effective.arguments[:1]):
        return None
    if name == "java":
        return _java(effective.arguments)
    if effective.words[0].value and effective.words[0].value.startswith("/etc/init.d/"):
        verbs = [word.value for word in effective.arguments]
        return Server(f"{name} {verbs[0]}", True) if verbs and verbs[0] in ("start", "restart") else None
    if name in ("python", "python3", "php") and effective.arguments:
        script = (effective.arguments[0].value or "").rpartition("/")[2]
        if script in ("manage.py", "artisan"):
            return _in_table(script, effective.arguments[1:])
    if name == "dotnet" and len(effective.arguments) == 1 and _is_program(effective.arguments[0], ".dll"):
        return Server(f"dotnet {effective.arguments[0].value}", False)
    return _in_table(name, effective.arguments) or _in_table(name.rstrip("0123456789."), effective.arguments)


def goes_on(command: Command) -> bool:
    """Whether a command runs a server, or a program by its main file: what a container is there for."""
    if server_of(command) is not None:
        return True
    effective = command.effective
    words = [word.value or "" for word in effective.arguments]
    name = (effective.name or "").rstrip("0123456789.")
    return name in PROGRAMS and bool(words) and words[-1:] != ["--version"] and _is_main(words)


def _is_main(words: list[str]) -> bool:
    """Whether the words are those of a program's main file: `app.py`, `server.js`, `-jar app.jar`."""
    mains = ("app", "main", "server", "index", "bot", "run", "worker", "wsgi", "asgi", "consumer", "service", "api")
    files = [word.rpartition("/")[2].partition(".")[0].lower() for word in words if not word.startswith("-")]
    return bool(files) and (files[0] in mains or "-jar" in words)


def does_work(text: str) -> bool:
    """Whether a word names a task that ends: `build:start`, `generate`."""
    return any(work in text for work in WORKS)


def _in_table(name: str, arguments: Sequence[Word]) -> Server | None:
    about = load_data("dagdock_rules", "servers").get(name)
    if not isinstance(about, dict):
        return None
    texts = [word.value for word in arguments]
    if any(_ends(text or "", about.get("ends", ())) for text in texts):
        return None
    needs: list[str] = about.get("needs", [])
    if needs and not any((text or "").startswith(tuple(needs)) for text in texts):
        return None
    verb = _verb(about, texts)
    if verb is None:
        return None
    return Server(f"{name} {verb}".strip(), _detaches(about, texts))


def _ends(text: str, ends: Sequence[str]) -> bool:
    """Whether a word is one with which the program ends; `-qt` holds `-t`."""
    if text in ends or text.partition("=")[0] in ends:
        return True
    cluster = text[1:] if text[:1] == "-" and 2 < len(text) < 5 and text[1:].isalpha() else ""
    return any(f"-{letter}" in ends for letter in cluster)


def _verb(about: dict[str, Any], texts: Sequence[str | None]) -> str | None:
    """The words that start the server, empty where it needs none, None where they are not there."""
    operands = _operands(texts, about.get("valued", ()))
    if anywhere := about.get("anywhere"):
        return next((operand for operand in operands if operand in anywhere), None)
    if "starts" not in about:
        return ""
    for start in about["starts"]:
        words = start.split()
        if operands[: len(words)] == words and (words or not operands):
            extra = [operand for operand in operands[len(words) :] if operand]
            return None if any(does_work(operand) for operand in extra) else " ".join(words)
    return None


def _operands(texts: Sequence[str | None], valued: Sequence[str]) -> list[str | None]:
    found: list[str | None] = []
    rest = iter(texts)
    for text in rest:
        if text in valued:
            next(rest, None)
        elif text is None or not text.startswith("-"):
            found.append(text.removeprefix("./") if text else text)
    return found


def _detaches(about: dict[str, Any], texts: Sequence[str | None]) -> bool:
    detach: list[str] = about.get("detach", [])
    attached = any(word in (text or "") for text in texts for word in about.get("attach", ()))
    if "*" in detach:
        return not attached
    given = [text for text in texts if text and text.partition("=")[0] in detach]
    return bool(given) and not any(text in ("no", "--daemonize=no") for text in texts)


def _java(arguments: Sequence[Word]) -> Server | None:
    """`java -jar app.jar` alone, `java -cp … Main`: with arguments behind it may be any tool."""
    texts = [word.value or "" for word in arguments]
    if not all(texts) or any(text.startswith(ENDING) for text in texts):
        return None
    if "-jar" not in texts:
        is_main = len(texts) > 2 and texts[-3] in ("-cp", "-classpath", "--class-path") and "." in texts[-1]
        return Server(f"java … {texts[-1]}", False) if is_main and texts[-1].endswith(MAIN_CLASSES) else None
    behind = arguments[texts.index("-jar") + 1 :]
    if (
        any(not text.startswith(SETTINGS) for text in texts[texts.index("-jar") + 2 :])
        or not behind
        or not _is_program(behind[0], ".jar")
    ):
        return None
    return Server(f"java -jar {behind[0].value}", False)


def _is_program(word: Word, ending: str) -> bool:
    """Whether a jar or DLL is a program of one's own, and no tool that does its work and ends."""
    name = (word.value or "").rpartition("/")[2].lower()
    return name.endswith(ending) and not any(tool in name for tool in TOOLS)
