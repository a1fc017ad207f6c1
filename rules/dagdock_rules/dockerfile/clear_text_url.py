from __future__ import annotations

from collections.abc import Iterator

from dagdock.api import Add, Bad, Instruction, Located, Problem, Problems, Related, Run, rule

from ._addresses import leads_elsewhere, says_version
from ._downloads import is_checked, is_clear_text

FETCHERS = frozenset("curl wget git svn hg aria2c pip pip3 npm yarn pnpm gem go cargo composer lftp ftp axel".split())


@rule(
    "DF414",
    severity="info",
    since="0.1",
    security=4.0,
    lessons=["L03"],
    aliases=["sonar:S5332"],
    tags=["security"],
    bad=[
        Bad("FROM debian:12\nRUN curl -fLO «http://example.com/tool.tar.gz»\n"),
        Bad("FROM debian:12\nADD «http://example.com/tool.tar.gz» /opt/\n"),
    ],
    good=[
        "FROM debian:12\nRUN curl -fLO https://example.com/tool.tar.gz\n",
        ("FROM debian:12\nRUN curl -f http://localhost:8080/health && curl -f http://nexus:8081/tool\n"),
        ("FROM debian:12\nRUN echo 'deb http://deb.debian.org/debian bookworm main' > /etc/apt/sources.list\n"),
        ("FROM debian:12\nRUN curl -fLO http://example.com/tool.tar.gz && sha256sum -c tool.sha256\n"),
    ],
    words=["://"],
    words_near=True,
)
def clear_text_url(instruction: Instruction) -> Problems:
    """A file is fetched over a connection that nobody protects.

    Whoever sits between the build and the server may read what comes by `http://`, `ftp://` or telnet, and hand in
    something else. Use `https://`, or compare a checksum in the same RUN. Addresses of this machine and of an internal
    network are left alone, and so are package archives, which sign what they hold.

    https://docs.docker.com/build/building/best-practices/#add-or-copy
    """
    found = list(_addresses(instruction))
    if found:
        (where, text), *others = found
        yield _problem(where, text, instruction, [other for other, _ in others])


def _addresses(instruction: Instruction) -> Iterator[tuple[Located, str]]:
    """What an instruction fetches in clear text."""
    if isinstance(instruction, Add):
        words = [] if instruction.flag("checksum") else [source for source in instruction.sources if source.literal]
        yield from ((source, source.raw) for source in words if is_clear_text(source.raw))
    elif isinstance(instruction, Run) and not is_checked(instruction.script):
        for command in instruction.script.commands:
            effective = command.effective
            if effective.name in FETCHERS:
                yield from ((word, word.prefix) for word in effective.arguments if is_clear_text(word.prefix))


def _is_unchecked(where: Located, instruction: Instruction) -> bool:
    """Whether the command that fetches it would take any certificate."""
    if not isinstance(instruction, Run):
        return False
    command = next((each for each in instruction.script.commands if each.span.holds(where)), None)
    options = ("--no-check-certificate", "--insecure", "-k")
    return command is not None and any(word.text in options for word in command.words)


def _problem(where: Located, text: str, instruction: Instruction, others: list[Located]) -> Problem:
    protocol = text.partition("://")[0]
    if ".s3-website" in text:
        advice = "Pages in S3 know no other way: take it from the bucket itself, `https://BUCKET.s3.amazonaws.com/…`"
    elif leads_elsewhere(text) or not says_version(text, instruction):  # no checksum fits for long
        advice = "Use `https://`, if the host answers there"
    else:
        advice = "Use `https://`, or compare a checksum if the host does not answer there"
    if _is_unchecked(where, instruction):
        advice = advice.replace("Use `https://`", "Use `https://`, without the option that switches the check off", 1)
    more = f" ({len(others)} more in this {instruction.name})" if others else ""
    return Problem(
        where,
        f"whoever sits on the way can replace what comes by `{protocol}://`{more}. {advice}",
        related=[Related(other, "so can this be") for other in others],
    )
