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
            return _in_table(script, effective, effective.arguments[1:])
    return _in_table(name, effective, effective.arguments)


def _in_table(name: str, command: Command, arguments: Sequence[Word]) -> Server | None:
    about = load_data("dagdock_rules", "servers").get(name)
    if not isinstance(about, dict):
        return None
    texts = [word.value for word in arguments]
    if any(text in about.get("ends", ()) for text in texts) or any(
        (text or "").partition("=")[0] in about.get("ends", ()) for text in texts
    ):
        return None
    needs: list[str] = about.get("needs", [])
    if needs and not any((text or "").startswith(tuple(needs)) for text in texts):
        return None
    verb = _verb(about, texts)
    if verb is None:
        return None
    return Server(f"{name} {verb}".strip(), _detaches(about, texts))


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
            return None if any(work in operand for operand in extra for work in WORKS) else " ".join(words)
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
    """`java -jar app.jar` alone: with arguments behind the jar it may be any tool."""
    texts = [word.value for word in arguments]
    if None in texts or "-jar" not in texts or any((text or "").startswith("-Djarmode") for text in texts):
        return None
    behind = texts[texts.index("-jar") + 1 :]
    jar = (behind[0] or "").rpartition("/")[2].lower() if behind else ""
    if len(behind) != 1 or not jar.endswith(".jar") or any(tool in jar for tool in TOOLS):
        return None
    return Server(f"java -jar {jar}", False)
