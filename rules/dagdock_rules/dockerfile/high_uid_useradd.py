from __future__ import annotations

from dagdock.api import Bad, Fix, Problem, Problems, Run, rule

from ._layers import add_option

VALUED = (
    *("-b", "--base-dir", "-c", "--comment", "-d", "--home-dir", "--home", "-e", "--expiredate", "-f", "--inactive"),
    *("-g", "--gid", "-G", "--groups", "-k", "--skel", "-K", "--key", "-p", "--password", "-R", "--root", "-P"),
    *("--prefix", "-s", "--shell", "-u", "--uid", "-Z", "--selinux-user"),
)


@rule(
    "DF209",
    severity="warning",
    since="0.1",
    fix="safe",
    lessons=["L07"],
    aliases=["hadolint:DL3046"],
    tags=["size"],
    bad=[
        Bad(
            "FROM debian:12\nRUN «useradd -u 1234567» app\n",
            fixed="FROM debian:12\nRUN useradd -l -u 1234567 app\n",
        ),
    ],
    good=[
        "FROM debian:12\nRUN useradd -u 1000 app\n",
        "FROM debian:12\nRUN useradd --no-log-init --uid=1234567 app\n",
    ],
)
def high_uid_useradd(run: Run) -> Problems:
    """A user gets a very high id, and `useradd` writes huge files for it.

    `useradd` makes room in `/var/log/lastlog` and `faillog` for every id up to the new one. The files are almost empty,
    yet a layer may store them at their full size, gigabytes of nothing. `--no-log-init` (`-l`) leaves them alone.

    https://docs.docker.com/build/building/best-practices/#user
    """
    for command in run.script.commands:
        effective = command.effective
        if effective.name != "useradd":
            continue
        options = effective.options(VALUED)
        for option in options.options:
            if option.name not in ("-u", "--uid") or options.has("-l", "--no-log-init") is not False:
                continue
            if option.value and option.value.isdigit() and len(option.value) > 5:
                place = effective.words[0].span.to(option.word)
                value = next((word for word in effective.words if word.value == option.value), None)
                yield Problem(
                    place.to(value) if value and value.span.start > place.end else place,
                    f"an id as high as {option.value} makes `useradd` write log files that may swell this layer by "
                    "gigabytes. Add `-l`",
                    fix=Fix("Add `-l`", [add_option(run, effective.words[0], "-l")]),
                )
