from __future__ import annotations

from collections.abc import Iterator

from dagdock.api import Bad, Directive, Dockerfile, Edit, Fix, Located, Problem, Problems, Related, load_data, rule

# What Docker 23 of 2023 has built in, the oldest release that builds with BuildKit by itself.
BUILT_IN = (1, 4)
# What the last version of `docker/dockerfile:experimental` knows.
EXPERIMENTAL = (1, 2)
# What the image `docker/dockerfile:experimental` was made for, years before the stable line had it.
EXPERIMENTS = ("`RUN --security`", "`RUN --network`")


class Feature:
    """Something of the file that not every version of the syntax has; `labs` where no stable one has it."""

    __slots__ = ("labs", "name", "place", "version")

    def __init__(self, name: str, version: tuple[int, int], labs: bool, place: Located) -> None:
        self.name = name
        self.version = version
        self.labs = labs
        self.place = place


@rule(
    "DF124",
    severity="info",
    since="0.1",
    fix="safe",
    bad=[
        Bad(
            "FROM python:3.12-slim\nCOPY «--parents» app/*.toml /\n",
            fixed="# syntax=docker/dockerfile:1\nFROM python:3.12-slim\nCOPY --parents app/*.toml /\n",
        ),
        Bad(
            "# syntax=«docker/dockerfile:1.3»\nFROM debian:12\nRUN <<EOF\nset -e\nmake\nEOF\n",
            fixed="# syntax=docker/dockerfile:1\nFROM debian:12\nRUN <<EOF\nset -e\nmake\nEOF\n",
        ),
        Bad(
            "# syntax=«docker/dockerfile:experimental»\nFROM debian:12\nCOPY --link app /app\n",
            fixed="# syntax=docker/dockerfile:1\nFROM debian:12\nCOPY --link app /app\n",
        ),
    ],
    good=[
        "# syntax=docker/dockerfile:1\nFROM debian:12\nRUN --mount=type=cache,target=/root/.cache/pip make\n",
        "# syntax=docker/dockerfile:1.7\nFROM debian:12\nCOPY --link app /app\n",
        "FROM debian:12\nCOPY --chown=app:app app /app\n",
        "FROM debian:12\nRUN --mount=type=cache,target=/root/.cache/pip make\n",
    ],
)
def syntax_directive_missing(file: Dockerfile) -> Problems:
    """The file uses newer features of Dockerfiles without saying which version it is written in.

    Without `# syntax=docker/dockerfile:1` in the first line each builder reads the file with the version that it has
    built in: on an older Docker or CI server the build stops at a flag or heredoc that works on your machine. With the
    line the builder fetches the newest version of the language before it begins. A version that is pinned too low, or
    the old `experimental` one, has the same effect. What Docker 23 (2023) knows without being asked, such as `RUN
    --mount`, `COPY --link` and heredocs, needs no such line.

    https://docs.docker.com/build/buildkit/frontend/#stable-channel
    """
    features = sorted(_features(file), key=lambda feature: (feature.labs, feature.version), reverse=True)
    if not features or any(_is_meant(comment.text) for comment in file.comments):
        return
    newest = features[0]
    directive = next((each for each in file.directives if each.name == "syntax"), None)
    wanted = "docker/dockerfile:1-labs" if newest.labs else "docker/dockerfile:1"
    number = ".".join(map(str, newest.version))
    if directive is None:
        if newest.version <= BUILT_IN:
            return
        top = file.source.top
        yield Problem(
            newest.place,
            f"{newest.name} is a part of the Dockerfile language since {number}, and the file does not ask for it, so "
            f"an older builder stops here. Begin the file with `# syntax={wanted}`",
            fix=Fix("Add the syntax line", [Edit(top, f"# syntax={wanted}{file.source.newline}")]),
        )
    elif _is_too_old(directive, newest):
        yield Problem(
            directive.value,
            f"{newest.name} in line {newest.place.span.line} needs version {number} of the Dockerfile language"
            f"{' from the labs line' if newest.labs else ''}, and this asks for another. Write `{wanted}`",
            related=[Related(newest.place, "used here")],
            fix=Fix.replace(f"Write `{wanted}`", directive.value, wanted),
        )


def _is_meant(comment: str) -> bool:
    """Whether a comment was to be the syntax line and stands too far down, which is another rule's to say."""
    name, equals, _ = comment.partition("=")
    return bool(equals) and name.strip().lower() == "syntax"


def _features(file: Dockerfile) -> Iterator[Feature]:
    since: dict[str, str] | None = None
    for instruction in file.all_instructions():
        if not instruction.flags and not instruction.heredocs:
            continue
        since = since or load_data("dagdock_rules", "dockerfile-syntax")["since"]
        for flag in instruction.flags:
            if entry := since.get(f"{instruction.name} --{flag.name}"):
                yield _feature(f"`{instruction.name} --{flag.name}`", entry, flag)
        for heredoc in instruction.heredocs[:1]:
            yield _feature("a heredoc", since["heredoc"], heredoc.opener)


def _feature(name: str, entry: str, place: Located) -> Feature:
    number, _, labs = entry.partition(" ")
    major, _, minor = number.partition(".")
    return Feature(name, (int(major), int(minor)), bool(labs), place)


def _is_too_old(directive: Directive, feature: Feature) -> bool:
    """Whether the version that a directive asks for surely lacks a feature; unknown ones may have it."""
    import re

    found = re.fullmatch(
        r"(?:docker\.io/)?docker/dockerfile(?::(?P<tag>[\w.-]+))?(?:@\S+)?", directive.value.partition(" ")[0]
    )
    tag = found["tag"] if found else None
    if tag is None:
        return False
    if "experimental" in tag:
        return feature.version > EXPERIMENTAL and feature.name not in EXPERIMENTS
    labs = tag.endswith("labs")
    numbers = re.match(r"(\d+)(?:\.(\d+))?", tag)
    if numbers is None or numbers[2] is None:
        return feature.labs and not labs
    version = (int(numbers[1]), int(numbers[2]))
    # What came to the stable line had been in the labs line for some time.
    return (feature.labs and not labs) or (version < feature.version and not labs)
