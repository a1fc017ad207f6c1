from __future__ import annotations

from dagdock.api import Bad, Command, Fix, Problem, Problems, Project, Run, Stage, remembered, rule

from ..packages import package_commands
from ._base_shell import shell_of_made_base
from ._pipes import first_open_pipe, only_asks, open_pipes
from ._shells import GNU_FAMILIES, shell_behind

SHELLS = {
    "ash": 'SHELL ["/bin/ash", "-eo", "pipefail", "-c"]',
    "bash": 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]',
}

# Programs that scripts from the net bring, and no base image has.
BROUGHT = frozenset("bun cargo deno fnm helm mise nvm poetry pyenv rustup sdk uv uvx volta".split())


@rule(
    "DF409",
    severity="warning",
    since="0.1",
    fix="unsafe",
    aliases=["hadolint:DL4006", "kics:shell-running-a-pipe-without-pipefail-flag", "semgrep:set-pipefail"],
    bad=[
        Bad(
            "FROM debian:12\nRUN «curl -fsSL https://example.com/install.sh | sh»\n",
            fixed=(
                "FROM debian:12\n"
                'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\n'
                "RUN curl -fsSL https://example.com/install.sh | sh\n"
            ),
        ),
        Bad("FROM example.com/base:1\nRUN «wget -qO- https://example.com/list | sort > /list»\n"),
    ],
    good=[
        "FROM apache/airflow:2.10.5\nUSER root\nRUN curl -fsSL https://example.com/setup | bash\n",
        (
            "FROM debian:12\n"
            'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\n'
            "RUN curl -fsSL https://example.com/install.sh | sh\n"
        ),
        "FROM alpine:3.20\nRUN set -o pipefail && curl -fsSL https://example.com/install.sh | sh\n",
        "FROM debian:12\nRUN echo 'app:x:1000' | tee -a /etc/passwd && grep 'a|b' /etc/passwd\n",
        "FROM debian:12\nRUN curl -fsSL https://example.com/tool.tgz | tar xz -C /opt\n",
    ],
)
def pipe_without_pipefail(run: Run, project: Project) -> Problems:
    """A failure in the first part of a pipe goes unseen.

    The status of a pipe is that of its last command. When the download in `curl … | sh` breaks off, or the command on
    the left is not even there, the shell runs half a script or none and is content, and the build goes on. `pipefail`
    makes the whole pipe fail. `/bin/sh` of Debian and Ubuntu does not have it, bash and Alpine's ash do. A pipe whose
    left side only prints or asks what is there is left alone, and so is one whose right side fails by itself when
    nothing comes, such as `tar x` or `grep`.

    https://docs.docker.com/build/building/best-practices/#using-pipes
    """
    matters, _ = open_pipes(run)
    if matters and "pipefail" not in shell_of_made_base(run, project):
        first, last = matters[0][0], matters[0][-1]
        weak = next((command for command in matters[0][:-1] if not only_asks(command)), first)
        if weak.effective.name == "curl" and weak.effective.options(("-o", "--output")).has("-o", "-O", "--output"):
            return  # what it fetches goes to a file, and nothing comes through the pipe
        name = weak.effective.name or "the first command"
        shell = shell_behind(run.stage)
        likely = shell or _shell_of_packages(run)
        remedy = SHELLS.get(likely or "bash", SHELLS["bash"])
        missed = _missed_by(last, run)
        harm = (
            f"still counts as a success, and only `{missed}` fails, which hides the cause"
            if missed
            else "still counts as a success and the build goes on"
        )
        yield Problem(
            first.span.to(last) if first.start < last.start else first,
            f"if `{name}` fails, this pipe {harm}. Put `{remedy}` above it"
            + ("" if likely in SHELLS else ", if the image has bash"),
            fix=_fix(run, remedy) if shell in SHELLS else None,
            severity="info" if missed else None,
        )


def _missed_by(last: Command, run: Run) -> str:
    """The command behind a pipe that fails without what a script from it brings: `. ~/.cargo/env`, `uv …`."""
    commands = run.script.commands
    number = commands.index(last) + 1
    following = commands[number] if number < len(commands) else None
    if last.effective.name not in ("sh", "bash") or following is None or following.joined != "&&":
        return ""
    name = following.effective.name or ""
    if name in (".", "source") and following.arguments:
        return f"{name} {following.arguments[0].text}"
    return name if name.rpartition("/")[2] in BROUGHT else ""


def _shell_of_packages(run: Run) -> str | None:
    """The shell of an image nobody knows, by the package managers that the stage calls."""
    families = {family for part in (run.stage.chain() if run.stage else ()) for family in _families(part)}
    if not families.isdisjoint(GNU_FAMILIES):
        return "bash"
    return "ash" if "apk" in families else None


@remembered
def _families(stage: Stage) -> frozenset[str]:
    return frozenset(call.family for run in stage.all_of(Run) for call in package_commands(run.script))


def _fix(run: Run, line: str) -> Fix | None:
    """SHELL above the first RUN of the stage that needs it; it holds for all the others."""
    stage = run.stage
    if stage is None or run.onbuild is not None or stage.shell_at(run) is not None or run.dialect != "posix-sh":
        return None
    if run.heredocs or first_open_pipe(stage) is not run:
        return None
    return Fix.insert_line_before("Add SHELL with `pipefail`", run, line, "unsafe")
