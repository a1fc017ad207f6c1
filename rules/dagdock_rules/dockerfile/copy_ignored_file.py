from __future__ import annotations

from dagdock.api import Bad, BuildContext, CopyLike, Problem, Problems, Project, Related, rule

from ._copies import contexts_that_fit, from_context, is_whole, local_sources


@rule(
    "DF505",
    severity="error",
    since="0.1",
    aliases=["buildkit:CopyIgnoredFile"],
    bad=[
        Bad(
            {
                "Dockerfile": "FROM alpine:3.20\nCOPY «config.ini» /etc/app/\n",
                ".dockerignore": "*.ini\n",
                "config.ini": "",
            }
        ),
    ],
    good=[
        {
            "Dockerfile": "FROM alpine:3.20\nCOPY config.ini /etc/app/\n",
            ".dockerignore": "*.ini\n!config.ini\n",
            "config.ini": "",
        },
        {
            "Dockerfile": "FROM alpine:3.20\nCOPY src /src\n",
            ".dockerignore": "src/*.log\n",
            "src/a.c": "",
            "src/a.log": "",
        },
    ],
)
def copy_ignored_file(copy: CopyLike, project: Project) -> Problems:
    """COPY or ADD names a file that the .dockerignore keeps out of the build.

    Docker never sees it, so the build fails with "not found" although the file is plainly there. Take the pattern out
    of the .dockerignore, or add an exception below it: `!config.ini`.

    https://docs.docker.com/reference/build-checks/copy-ignored-file/
    """
    if from_context(copy) is None:
        return
    known = set(local_sources(copy))
    for context in contexts_that_fit(copy.dockerfile, project):
        if context.ignore_file is None:
            continue
        for source in copy.sources:
            path = source.literal
            if path is None or path not in known or any(sign in path for sign in "*?["):
                continue
            if is_whole(path):
                continue
            if context.ignored(path) and not _is_partly_kept(path, context):
                ignore_source = context.ignore_file.source
                yield Problem(
                    source,
                    f"`{ignore_source.path}` keeps `{path}` out of the build, so it is not found here. "
                    f"Add an exception at its end: `!{path.strip('/').removeprefix('./')}`",
                    related=[Related(ignore_source.top, "this file ignores it")],
                )


def _is_partly_kept(path: str, context: BuildContext) -> bool:
    """Whether an exception takes back in what lies in the folder, which then comes along: `!target/app/**`."""
    folder = path.strip("/").removeprefix("./") + "/"
    patterns = context.ignore_file.patterns if context.ignore_file else ()
    return any(pattern.negated and pattern.cleaned.startswith(folder) for pattern in patterns)
