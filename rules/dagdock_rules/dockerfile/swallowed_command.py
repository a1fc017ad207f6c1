from __future__ import annotations

import re
from functools import cache

from dagdock.api import Bad, Fix, Problem, Problems, Run, rule

from ..packages import PackageCommand, package_commands
from ._set_options import parameter_behind_options

# Commands that no package is called by.
COMMANDS = frozenset(
    "rm mkdir rmdir cp mv chmod chown echo cd export source ln touch cat useradd groupadd addgroup "
    "usermod apt-get add-apt-repository update-ca-certificates docker-php-ext-install docker-php-ext-configure".split()
)
# Commands that are packages as well: what follows when it is the command that is meant.
VERBS = {
    "adduser": "-D -S -u -g -G -h -s --system --disabled-password --disabled-login --no-create-home --uid --gid",
    "apk": "add del update",
    "apt": "install update upgrade remove purge clean autoremove",
    "bundle": "install config exec",
    "composer": "install require",
    "curl": "-fsSL -fsSLo -fsSLO -sSL -sL -fSL -L -LO -O -SL -sS -sSf -sSLf -sSfL --silent --location --fail",
    "dnf": "install clean update upgrade",
    "gem": "install",
    "git": "clone config checkout",
    "npm": "install ci run i cache",
    "pip": "install",
    "pip3": "install",
    "python": "-m -c setup.py manage.py",
    "python3": "-m -c setup.py manage.py",
    "sed": "-i -e -r -E",
    "tar": "-x -xf -xzf -xvf -xvzf -zxf -zxvf -C xf xzf xvf xvzf zxf zxvf",
    "wget": "-O -nv -qO -qO- -q -P -c --quiet",
    "yarn": "install add global",
    "yum": "install clean update",
}


@rule(
    "DF420",
    severity="error",
    since="0.1",
    fix="unsafe",
    lessons=["L07"],
    bad=[
        Bad(
            ("FROM debian:12\nRUN apt-get update && apt-get install -y curl \\\n    «rm» -rf /var/lib/apt/lists/*\n"),
            fixed=(
                "FROM debian:12\nRUN apt-get update && apt-get install -y curl \\\n    && rm -rf /var/lib/apt/lists/*\n"
            ),
        ),
        Bad(
            "FROM debian:12\nRUN set -ex «apt-get» update && apt-get install -y curl\n",
            fixed="FROM debian:12\nRUN set -ex && apt-get update && apt-get install -y curl\n",
        ),
        Bad(
            "FROM debian:12\nRUN apt-get update «apt-get» install -y curl\n",
            fixed="FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
        ),
    ],
    good=[
        "FROM debian:12\nRUN apt-get update && apt-get install -y wget adduser apt apt-utils python3-pip make sed\n",
        "FROM debian:12\nRUN apt-get install -y curl \\\n    && rm -rf /var/lib/apt/lists/*\n",
        'FROM debian:12\nRUN set -euxo pipefail && set -e a b && install -t /opt "$@"\n',
    ],
)
def swallowed_command(run: Run) -> Problems:
    """A command stands among the packages of an installation, or behind `set`: the `&&` is missing.

    Without `&&` the next line goes on with the one above, so `rm`, its options and its files are taken for names of
    packages. The installation fails, or what was meant to run never does. `set` takes all that follows its options
    for parameters of the script, and says nothing.

    https://docs.docker.com/reference/dockerfile/#run
    """
    if run.exec_form is not None:
        return
    for call in package_commands(run.script):
        words = call.command.words
        start = words.index(call.verb_word) + 1 if call.verb_word in words else 1
        for at in range(start, len(words)):
            word, following = words[at], words[at + 1].text if at + 1 < len(words) else ""
            if _is_command(word.value, following, call):
                # Without a package an installation fails; an update needs none.
                is_whole = call.action != "install" or any(not each.prefix.startswith("-") for each in words[start:at])
                remedy = "Put `&&` in between" if is_whole else "Leave out what stands before it"
                yield Problem(
                    word,
                    f"`{word.text}` is taken for a package here, because nothing ends the `{call.manager} {call.verb}` "
                    f"before it. {remedy}",
                    fix=Fix.insert_before("Put `&&` before it", word, "&& ", "unsafe") if is_whole else None,
                )
                break
    for command in run.script.commands:
        swallowed = parameter_behind_options(command) if command.name == "set" else None
        if swallowed is not None and not _parameter().search(run.body.text):
            yield Problem(
                swallowed,
                f"`{swallowed.text}` never runs: nothing ends the `set` before it, which takes it for a parameter. "
                "Put `&&` in between",
                fix=Fix.insert_before("Put `&&` before it", swallowed, "&& ", "unsafe"),
            )


@cache
def _parameter() -> re.Pattern[str]:
    """Where a script asks for its parameters."""
    return re.compile(r"\$\{?[\d@*#]|\bshift\b|\bfor[ \t]+\w+[ \t]*(?:;|do\b|\n)")


def _is_command(word: str | None, following: str, call: PackageCommand) -> bool:
    """Whether a word behind the verb is a command of its own."""
    if word is None or call.family in ("cargo", "go", "pipx", "dotnet", "maven", "mix"):
        return False
    if word in COMMANDS:
        return True
    if word in ("curl", "wget") and "://" in following:
        return True
    return word in VERBS and following in VERBS[word].split()
