from __future__ import annotations

from dagdock.api import Bad, Fix, Problem, Problems, Run, rule

from ..packages import installs
from ._layers import add_option


@rule(
    "DF326",
    severity="info",
    since="0.1",
    default=False,
    fix="unsafe",
    aliases=["sonar:S6505"],
    tags=["security"],
    words=["npm", "yarn"],
    bad=[
        Bad(
            "FROM node:22-slim\nRUN «npm ci»\n",
            fixed="FROM node:22-slim\nRUN npm ci --ignore-scripts\n",
        ),
    ],
    good=[
        "FROM node:22-slim\nRUN npm ci --ignore-scripts && npm rebuild sharp\n",
        "FROM node:22-slim\nENV NPM_CONFIG_IGNORE_SCRIPTS=true\nRUN npm ci\n",
    ],
)
def install_scripts_run(run: Run) -> Problems:
    """npm or yarn run the scripts of the packages that they install.

    Any package may bring a script that runs while it is installed, with the rights of the build: most attacks by way
    of npm begin there. `--ignore-scripts` leaves them out; packages that compile something then need `npm rebuild
    PACKAGE`, so this rule is only on request.

    https://docs.npmjs.com/cli/using-npm/scripts#life-cycle-scripts
    """
    if _is_off(run):
        return
    for install in installs(run.script):
        runs_scripts = install.family in ("npm", "yarn", "pnpm") and install.verb not in ("fetch", "deploy")
        if runs_scripts and install.options.has("--ignore-scripts") is False:
            yield Problem(
                install.head,
                "every package may run a script of its own during this installation. Add `--ignore-scripts`, and "
                "rebuild the few packages that need theirs",
                fix=Fix("Add `--ignore-scripts`", [add_option(run, install.verb_word, "--ignore-scripts")], "unsafe"),
            )


def _is_off(run: Run) -> bool:
    """Whether the environment or npm's configuration says so already."""
    scope = run.stage.scope_at(run) if run.stage else None
    names = ("NPM_CONFIG_IGNORE_SCRIPTS", "npm_config_ignore_scripts", "YARN_ENABLE_SCRIPTS")
    return (scope is not None and any(name in scope for name in names)) or "ignore-scripts" in "".join(
        word.text for command in run.script.commands if command.name == "npm" for word in command.words[1:4]
    )
