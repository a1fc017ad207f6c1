from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from dagdock.api import Bad, Problem, Problems, Run, Stage, rule

from ._copies import from_context
from ._pins import unpinned_problems

# Instructions of a stage; nobody writes more.
LONGEST = 2_000


@rule(
    "DF309",
    severity="warning",
    since="0.1",
    lessons=["L16"],
    aliases=["hadolint:DL3062"],
    tags=["reproducible"],
    words=["go"],
    words_near=True,
    bad=[
        Bad("FROM golang:1.23\nRUN go install «github.com/go-delve/delve/cmd/dlv@latest»\n"),
    ],
    good=[
        "FROM golang:1.23\nRUN go install github.com/go-delve/delve/cmd/dlv@v1.23.0\n",
        (
            "FROM golang:1.23\n"
            "WORKDIR /src\n"
            "COPY . .\n"
            "RUN go install ./... && go run example.com/tool@v1.2.3 serve --port 80\n"
        ),
        ("FROM golang:1.23\nWORKDIR /src\nCOPY go.mod go.sum ./\nRUN go install github.com/swaggo/swag/cmd/swag\n"),
    ],
)
def unpinned_go(run: Run) -> Problems:
    """A Go program or module is fetched without a version.

    `@latest`, or no version outside of a module, is whatever was released last on the day of the build. One morning
    that needs a newer Go than the image has, and a build that nobody touched fails. Inside a project `go.mod` says the
    versions, so there a bare path is fine.

    https://go.dev/ref/mod#go-install
    """
    for problem in unpinned_problems(run, ("go",), ("install", "get", "run")):
        if "@" not in problem.span.text and _has_module(run):
            continue
        if _is_checked_out(problem.span.text, run):
            yield Problem(
                problem.span,
                f"newer Go fetches no sources of `{problem.span.text}` by `go get` outside of a module, so that `git "
                "checkout` has nothing to work on. Get them with `git clone --branch VERSION`",
                severity="info",
            )
        elif _is_used_below(problem.span.text, run):
            path = problem.span.text
            yield Problem(
                problem.span,
                f"`{path}` comes in whatever version is current, so two builds of this file may differ. Its sources "
                "are used below: clone them at a version, with `git clone --branch VERSION`",
                severity=problem.severity,
            )
        else:
            yield problem


def _is_checked_out(path: str, run: Run) -> bool:
    """Whether `git checkout` takes a version of the fetched sources afterwards: in that RUN or below it."""
    return (
        run.stage is not None
        and len(run.stage.instructions) < LONGEST
        and any(
            "git checkout" in later.body.text or "git reset" in later.body.text
            for later in run.stage.all_of(Run)
            if later.index >= run.index
        )
        and any(f"/src/{path}" in step.body.text for step in run.stage.instructions if step.index >= run.index)
    )


def _is_used_below(path: str, run: Run) -> bool:
    """Whether later steps build from the sources that `go get` leaves, which `go install` puts elsewhere."""
    if "@" in path or run.stage is None or len(run.stage.instructions) > LONGEST:
        return False
    return run.span.source.text.find(path, run.span.end, run.stage.span.end) >= 0


def _has_module(run: Run) -> bool:
    """Whether a `go.mod` may be there that says the versions, or the old GOPATH is in use, which knows no versions.

    Something was copied or mounted from the context, or the working directory lies below `/go/src`.
    """
    if run.stage is None:
        return False
    if any(mount.type == "bind" for mount in run.mounts) or "/go/src" in (run.stage.workdir_at(run) or ""):
        return True
    own, inherited = _copies(run.stage)
    return inherited or (own is not None and own < run.index)


@lru_cache(maxsize=64)
def _copies(stage: Stage) -> tuple[int | None, bool]:
    """The index of a stage's first COPY from the context, and whether one of the stages below has any."""

    def places(part: Stage) -> Iterator[int]:
        return (each.index for each in part.instructions if from_context(each) is not None)

    own, *inherited = stage.chain()
    return next(places(own), None), any(True for part in inherited for _ in places(part))
