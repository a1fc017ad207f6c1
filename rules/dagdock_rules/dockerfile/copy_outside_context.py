from __future__ import annotations

from posixpath import normpath

from dagdock.api import Bad, CopyLike, Problem, Problems, rule

from ._copies import from_context, local_sources


@rule(
    "DF513",
    severity="error",
    since="0.1",
    bad=[
        Bad("FROM alpine:3.20\nCOPY «../shared» /shared/\n"),
    ],
    good=[
        "FROM alpine:3.20\nCOPY shared /shared/\n",
        "FROM alpine:3.20\nCOPY app/../shared /shared/\n",
        "FROM alpine:3.20 AS a\nFROM alpine:3.20\nCOPY --from=a ../shared /shared/\n",
    ],
)
def copy_outside_context(copy: CopyLike) -> Problems:
    """A source of COPY or ADD lies outside of the build context.

    Docker sends only the context, the folder given to `docker build`, to the builder. A source with `..` in front is
    looked up inside of it all the same: BuildKit finds another file or none. Build from the folder above
    (`docker build -f app/Dockerfile .`), or give the other folder as a named context (`--build-context`).

    https://docs.docker.com/build/concepts/context/
    """
    if from_context(copy) is None:
        return
    known = set(local_sources(copy))
    for source in copy.sources:
        path = source.literal
        if path and path in known and (normpath(path) == ".." or normpath(path).startswith("../")):
            inside = normpath("/" + path).lstrip("/") or "."
            yield Problem(
                source,
                f"`{path}` lies outside of the build context, so Docker looks for `{inside}` inside of it. Build from "
                "a folder above that holds both",
            )
