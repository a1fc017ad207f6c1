from __future__ import annotations

from dagdock.api import Bad, Edit, Fix, Problem, Problems, Run, Span, rule

from ..packages import PackageCommand, installs, package_commands
from ._caches import CACHES, cache_left, is_missed_later
from ._layers import add_option, ships


@rule(
    "DF317",
    severity="info",
    since="0.1",
    fix="safe",
    lessons=["L07"],
    aliases=[
        "hadolint:DL3019",
        "trivy:DS-0025",
        "kics:apk-add-using-local-cache-path",
        "sonar:S6587",
        "semgrep:missing-apk-no-cache",
    ],
    tags=["size"],
    words=["apk"],
    words_near=True,
    bad=[
        Bad(
            "FROM alpine:3.20\nRUN «apk add» curl\n",
            fixed="FROM alpine:3.20\nRUN apk add --no-cache curl\n",
        ),
        Bad(
            "FROM alpine:3.20\nRUN «apk --update add» curl\n",
            fixed="FROM alpine:3.20\nRUN apk add --no-cache curl\n",
        ),
        Bad(
            "FROM alpine:3.20\nRUN apk update && «apk add» curl\n",
            fixed="FROM alpine:3.20\nRUN apk add --no-cache curl\n",
        ),
        Bad(
            "FROM alpine:3.20\nRUN apk update && apk upgrade && «apk add» curl\n",
            fixed="FROM alpine:3.20\nRUN apk upgrade --no-cache && apk add --no-cache curl\n",
        ),
    ],
    good=[
        "FROM alpine:3.20\nRUN apk add --no-cache curl\n",
        "FROM alpine:3.20\nRUN apk update && apk add curl && rm -rf /var/cache/apk/*\n",
        "FROM alpine:3.20\nRUN --mount=type=cache,target=/var/cache/apk apk add curl\n",
    ],
)
def apk_cache_left(run: Run) -> Problems:
    """apk's package index stays in the layer.

    Without `--no-cache` apk stores the index of all packages in `/var/cache/apk`, where no image needs it.
    `--no-cache` fetches it for this one call, so neither `apk update` nor `--update` is wanted beside it.

    https://wiki.alpinelinux.org/wiki/Alpine_Package_Keeper
    """
    found = cache_left(run, "apk") if ships(run) else None
    if found is None:
        return
    calls = [call for call in installs(run.script) if call.family == "apk"]
    kept = [call for call in calls if call.options.has("--no-cache") is False]
    updates = [call for call in package_commands(run.script, "update") if call.family == "apk"]
    if kept and not _is_off(run) and not (all(_is_of_files(call) for call in kept) and not updates):
        yield Problem(
            kept[0].head,
            "apk keeps its index of packages in this layer. Add `--no-cache`"
            + (", and drop `apk update`" if updates else ""),
            fix=None if is_missed_later(run, CACHES["apk"].folders) else _fix(run, kept + _upgrades(run), updates),
        )


def _is_of_files(call: PackageCommand) -> bool:
    """Whether a call adds files that lie there, for which apk may need no index."""
    fetches = call.options.has("-U", "--update", "--update-cache") is not False
    return not fetches and bool(call.packages) and all(word.text.endswith(".apk") for word in call.packages)


def _upgrades(run: Run) -> list[PackageCommand]:
    """The upgrades that count on the index too."""
    calls = [call for call in package_commands(run.script, "upgrade") if call.family == "apk"]
    return [call for call in calls if call.options.has("--no-cache") is not True]


def _is_off(run: Run) -> bool:
    """Whether a folder of one's own is named for the cache, or another root."""
    return any(
        call.options.has("--cache-dir", "-p", "--root") is not False
        for call in installs(run.script)
        if call.family == "apk"
    )


def _fix(run: Run, calls: list[PackageCommand], updates: list[PackageCommand]) -> Fix | None:
    """Put the option in and take out what fetches the index beforehand; nothing where that is more than one plain
    `apk update &&` at the beginning."""
    edits = [add_option(run, call.verb_word, "--no-cache") for call in calls]
    for call in calls:
        edits += (Edit(_with_blank(word.span), "") for word in call.command.words if word.text in ("-U", "--update"))
    commands = run.script.commands
    known = {call.span for call in package_commands(run.script) if call.family == "apk"}
    if updates and any(each.effective.name == "apk" and each.effective.span not in known for each in commands):
        return None  # `apk search` and its like read the index
    for update in updates:
        number = next((at for at, command in enumerate(commands) if command.effective is update.command), None)
        following = commands[number + 1] if number is not None and number + 1 < len(commands) else None
        simple = following and not following.context and not commands[number or 0].context
        if following is None or not simple or following.joined != "&&" or commands[number or 0].redirects:
            return None
        start = commands[number or 0].span.start
        gap = Span(run.span.source, start, following.span.start)
        if "#" in gap.text:
            return None
        edits.append(Edit(gap, ""))
    return Fix("Add `--no-cache`", edits)


def _with_blank(span: Span) -> Span:
    """A word and the blank in front of it."""
    start = span.start - 1 if span.source.text[span.start - 1] == " " else span.start
    return Span(span.source, start, span.end)
