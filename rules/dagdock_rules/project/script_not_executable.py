from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dagdock.api import Bad, Problem, Problems, Related, rule

if TYPE_CHECKING:
    from dagdock.api import CommandInstruction, CopyLike, Dockerfile, Project, Source, Stage


class Started:
    """What starts a script of the context directly, the COPY that brings it, and the script's path and text."""

    __slots__ = ("copy", "path", "source", "starter")

    def __init__(self, starter: CommandInstruction, copy: CopyLike, path: str, source: Source) -> None:
        self.starter = starter
        self.copy = copy
        self.path = path
        self.source = source


@rule(
    "PJ111",
    severity="error",
    since="0.1",
    kind="project",
    bad=[
        Bad(
            {
                "Dockerfile": 'FROM debian:12\nCOPY start.sh /start.sh\n«ENTRYPOINT ["/start.sh"]»\n',
                "start.sh": "echo started\nexec app\n",
            }
        ),
        Bad(
            {
                "Dockerfile": 'FROM debian:12\nCOPY start.sh /usr/local/bin/\n«CMD ["start.sh"]»\n',
                "start.sh": "#!/bin/sh\r\nexec app\r\n",
            }
        ),
    ],
    good=[
        {
            "Dockerfile": 'FROM debian:12\nCOPY start.sh /start.sh\nRUN dos2unix /start.sh\nENTRYPOINT ["/start.sh"]\n',
            "start.sh": "#!/bin/sh\nexec app\n",
        },
        {
            "Dockerfile": 'FROM debian:12\nCOPY start.sh /start.sh\nENTRYPOINT ["sh", "/start.sh"]\n',
            "start.sh": "exec app\n",
        },
    ],
)
def script_not_executable(file: Dockerfile, project: Project) -> Problems:
    """A container starts a script that cannot be run.

    A script that is started by its name needs three things: the right to be run (`chmod +x`, kept by git and COPY), a
    first line such as `#!/bin/sh`, and newlines of Linux, for with those of Windows the first line asks for a program
    called `sh\\r`. Without them the container ends with `permission denied`, `exec format error` or `no such file or
    directory`, although the file is there.

    https://docs.docker.com/reference/dockerfile/#entrypoint
    """
    for found in _started(file, project):
        first = found.source.text.lstrip("\ufeff").partition("\n")[0]
        name = found.path.rpartition("/")[2]
        texts = _texts_of_runs(found.starter.stage) if found.starter.stage else ""
        if not first.startswith("#!") and found.starter.exec_form is not None:
            yield Problem(
                found.starter,
                f"`{name}` has no first line such as `#!/bin/sh`, so it ends with `exec format error`. Add that "
                "line, or name the shell before it",
                related=[Related(found.source.top, "the script begins here")],
            )
        elif (
            first.startswith("#!")
            and first.endswith("\r")
            and not any(tool in texts for tool in ("dos2unix", "\\r", "tr -d"))
        ):
            yield Problem(
                found.starter,
                f"`{name}` has newlines of Windows, so its first line asks for `{first[2:].strip()}\\r`, which is not "
                "there. Save it with newlines of Linux (`eol=lf` in .gitattributes keeps them)",
                related=[Related(found.source.top, "the script begins here")],
            )
        elif _lacks_the_right(found, project) and not any(tool in texts for tool in ("chmod", "install ")):
            yield Problem(
                found.starter,
                f"`{name}` may not be run as a program, so the container ends with `permission denied`. Give COPY "
                "`--chmod=755`, or the file its right with `git update-index --chmod=+x`",
                related=[Related(found.copy, "COPY keeps the rights of the file")],
            )


def _lacks_the_right(found: Started, project: Project) -> bool:
    return project.facts.is_executable(found.path) is False and not found.copy.flag("chmod")


def _started(file: Dockerfile, project: Project) -> Iterator[Started]:
    from dagdock.api import Cmd, Entrypoint

    stage = file.stages[-1] if file.stages else None
    if stage is None or stage.dialect_at() in ("powershell", "cmd", "unknown"):
        return
    starter: CommandInstruction | None = stage.last(Entrypoint)
    if starter is None or not starter.command.text:
        starter = stage.last(Cmd)
    if starter is None or starter.stage is None:
        return
    if starter.exec_form is not None:
        word = str(starter.exec_form[0]) if starter.exec_form else ""
    else:
        commands = starter.script.commands
        word = (commands[0].words[0].value or "") if len(commands) == 1 and commands[0].words else ""
    if word and "$" not in word:
        yield from _copied(word, starter, starter.stage, project)


def _copied(word: str, starter: CommandInstruction, stage: Stage, project: Project) -> Iterator[Started]:
    """The script that a word names, where a COPY of the stages brings it."""
    from posixpath import join

    from ..dockerfile._copies import absolute, contexts_that_fit, copied_from, from_context
    from ..dockerfile._entry_scripts import SEARCHED

    place = absolute(starter, word)
    places = [join(folder, word) for folder in SEARCHED] if "/" not in word else [place] if place else []
    for context in contexts_that_fit(starter.dockerfile, project):
        for part in stage.chain():
            for copy in filter(None, map(from_context, reversed(part.instructions))):
                for each in places:
                    if found := copied_from(each, copy, context):
                        path = context.path(found)
                        if source := project.text(path):
                            yield Started(starter, copy, path, source)
                        return


def _texts_of_runs(stage: Stage) -> str:
    from dagdock.api import Run

    runs = [run for part in stage.chain() for run in part.all_of(Run)]
    return "\n".join([*(run.body.text for run in runs), *(doc.body.text for run in runs for doc in run.heredocs)])
