from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Run, rule

from ..packages import PackageCommand, installs

# What says the version, or takes the project's own.
SAYS = ("--version", "--vers", "--path", "--rev", "--tag", "--locked", "--index")


@rule(
    "DF348",
    severity="info",
    since="0.1",
    lessons=["L16"],
    tags=["reproducible"],
    words=["cargo"],
    words_near=True,
    bad=[
        Bad("FROM rust:1.90\nRUN cargo install «sqlx-cli» --no-default-features\n"),
        Bad("FROM rust:1.90\nRUN cargo install «--git» https://github.com/launchbadge/sqlx sqlx-cli\n"),
    ],
    good=[
        "FROM rust:1.90\nRUN cargo install sqlx-cli@0.8.6\n",
        "FROM rust:1.90\nRUN cargo install sqlx-cli --version 0.8.6 --locked\n",
        "FROM rust:1.90\nRUN cargo install --path .\n",
    ],
)
def unpinned_cargo(run: Run) -> Problems:
    """A program is installed by cargo without a version.

    cargo takes the newest release of the day, and the newest of everything it depends on: one morning that needs a
    newer compiler than the image has. Say the version, and `--locked` for the versions that its author tested with.

    https://doc.rust-lang.org/cargo/commands/cargo-install.html
    """
    for call in installs(run.script):
        if call.manager == "cargo" and call.verb in ("install", "binstall") and _is_open(call):
            git = next((word for word in call.command.words if word.value == "--git"), None)
            first = call.packages[0].value if call.packages else ""
            advice = "Add `--rev`" if git else f"Pin it: `{first}@VERSION --locked`"
            yield Problem(
                git or call.packages[0],
                f"`cargo {call.verb}` takes the newest version of the day here, so two builds of this file may differ. "
                f"{advice}",
            )


def _is_open(call: PackageCommand) -> bool:
    """Whether it is plain that nothing says a version."""
    if call.options.has(*SAYS) is not False:
        return False
    names = [word.value for word in call.packages]
    if call.options.has("--git") is True:
        return True
    return bool(names) and all(name and "@" not in name and "/" not in name and name[0] != "." for name in names)
