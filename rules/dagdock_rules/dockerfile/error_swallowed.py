from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from dagdock.api import Bad, Command, Problem, Problems, Run, Span, rule

from ..packages import PackageCommand, package_commands

BUILDERS = frozenset(
    "make cmake ninja mvn mvnw gradle gradlew cargo msbuild meson bazel webpack tsc rake configure ant".split()
)
# Behind one of these nothing fails for want of what was to be installed or built.
TIDY = frozenset("rm echo printf true : exit chown chmod find sync".split())
SCRIPTED = frozenset(("npm", "yarn", "pnpm", "bun"))
SUBCOMMANDS = {"go": ("build", "install"), "dotnet": ("build", "publish"), "cargo": ("build", "install")}


@rule(
    "DF424",
    severity="info",
    since="0.1",
    bad=[
        Bad("FROM debian:12\nRUN apt-get update && apt-get install -y curl« || true»\n"),
        Bad("FROM node:22\nRUN npm run build; «exit 0»\n"),
    ],
    good=[
        "FROM debian:12\nRUN apt-get update && apt-get install -y curl && (rm /etc/motd || true)\n",
        "FROM debian:12\nRUN apt-get purge -y tool || true\n",
    ],
)
def error_swallowed(run: Run) -> Problems:
    """An installation or a build may fail without the step failing.

    `|| true` and `; exit 0` make a step succeed whatever happened in it. The image is then built without what should
    be in it, and that shows when the container runs. Name the failure that you expect (`|| [ \"$?\" = 3 ]`), or leave
    it out. Behind several commands it hides a failure of each of them: parentheses make it count for one alone, as in
    `make && (rm cache || true)`.

    https://docs.docker.com/reference/dockerfile/#run
    """
    script = run.script
    if script.broken:
        return
    calls = {id(call.command): call for call in package_commands(script, "install", "update", "upgrade")}
    for number, (before, after) in enumerate(pairwise(script.commands)):
        if after.joined != "||" or not _does_nothing(after) or "condition" in before.context:
            continue
        group = list(_group(number, script.commands))
        work = next((command for command in group if _is_work(command, calls)), None)
        if work is before and len(group) == 1 and "for" in before.context:
            continue  # it goes on with the next one, as it is meant
        later = [each for each in script.commands[number + 2 :] if each.effective.name not in TIDY]
        if work and _only_fetches(work, calls, bool(later)):
            continue  # what builds from it fails
        if work:
            end = after.span
            caught = f"`|| {end.text.strip()}`"
            if work is before:
                remedy = f"Leave {caught} out, or name the failure that you expect"
            else:
                remedy = f"Put parentheses round what may fail, from `{_start(before)}` to {caught}"
            other = next((name for command in group if (name := command.effective.name) in ("curl", "wget")), None)
            what = f"`{other}` or `{_name(work, calls)}`" if other else f"`{_name(work, calls)}`"
            then = "this RUN goes on as if it had not" if later else "the step still counts as done"
            yield Problem(
                Span(end.source, before.span.end, end.end) if end.start > before.span.end else after,
                f"when {what} fails, {then}. {remedy}",
            )
    last = script.commands[-1] if script.commands else None
    if last and last.name == "exit" and [word.value for word in last.arguments] == ["0"] and not last.context:
        work = next((command for command in script.commands if _is_work(command, calls)), None)
        if work and last.joined in (";", "\n") and not _stops(script.commands):
            yield Problem(
                last,
                f"when `{_name(work, calls)}` fails, the step still counts as done. Leave `exit 0` out",
            )


def _does_nothing(command: Command) -> bool:
    """`true`, `:`, `exit 0`, `echo …`."""
    if command.name in ("true", ":"):
        return True
    return command.name == "exit" and [word.value for word in command.arguments] == ["0"]


def _group(at: int, commands: Sequence[Command]) -> Iterator[Command]:
    """The commands of the chain by `&&` that ends at a place, backwards: the `||` catches a failure of each."""
    yield commands[at]
    while at and commands[at].joined == "&&" and commands[at - 1].context == commands[at].context:
        if _opens_between(commands[at - 1], commands[at]):
            return  # `a && { b || true; }`
        at -= 1
        yield commands[at]


def _opens_between(first: Command, second: Command) -> bool:
    """Whether a group begins between two commands."""
    text = second.span.source.text[first.span.end : second.span.start]
    return "{" in text or "(" in text


def _is_work(command: Command, calls: dict[int, PackageCommand]) -> bool:
    effective = command.effective
    name = effective.name or ""
    if id(effective) in calls:
        return True
    texts = [word.value for word in effective.arguments]
    if any(text in ("clean", "--version", "--help") for text in texts):
        return False
    if name in SCRIPTED:
        return len(texts) > 1 and texts[0] == "run" and "build" in (texts[1] or "")
    if name in SUBCOMMANDS:
        return bool(texts) and texts[0] in SUBCOMMANDS[name]
    return name in BUILDERS


def _only_fetches(command: Command, calls: dict[int, PackageCommand], used: bool) -> bool:
    """Whether it only brings what is built later: lists of packages that the RUN uses, or sources of Go."""
    call = calls.get(id(command.effective))
    return call is not None and ((call.action == "update" and used) or (call.family == "go" and call.verb == "get"))


def _name(command: Command, calls: dict[int, PackageCommand]) -> str:
    call = calls.get(id(command.effective))
    if call:
        return f"{call.manager} {call.verb}".strip()
    texts = [word.text for word in command.effective.words[:3]]
    return " ".join(texts) if command.effective.name in SCRIPTED else texts[0]


def _start(command: Command) -> str:
    return command.words[0].text if command.words else command.span.text.split()[0]


def _stops(commands: Sequence[Command]) -> bool:
    """Whether the script stops at a failure by itself."""
    return any(command.name == "set" and "e" in command.span.text.partition("-")[2] for command in commands)
