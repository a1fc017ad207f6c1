from __future__ import annotations

from dagdock.api import Bad, Fix, Problem, Problems, Run, rule

from ._layers import add_option, ships
from ._made_for import is_for_development
from ._recommends import installs_recommended, may_recommend, needed


@rule(
    "DF316",
    severity="info",
    since="0.1",
    fix="unsafe",
    lessons=["L07"],
    aliases=[
        "hadolint:DL3015",
        "trivy:DS-0029",
        "kics:apt-get-install-not-avoiding-additional-packages",
        "sonar:S6500",
        "semgrep:missing-no-install-recommends",
    ],
    tags=["size"],
    words=["apt"],
    words_near=True,
    bad=[
        Bad(
            "FROM debian:12\nRUN apt-get update && «apt-get install» -y curl\n",
            fixed="FROM debian:12\n"
            "RUN apt-get update && apt-get install --no-install-recommends -y curl ca-certificates\n",
        ),
    ],
    good=[
        "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends curl\n",
        "FROM debian:12\nRUN apt-get install -y -o APT::Install-Recommends=false curl\n",
        "FROM debian:12\nRUN apt-get update && apt-get install -y libpq-dev\n",
        "FROM debian:12 AS build\nRUN apt-get install -y gcc\nFROM debian:12\nCOPY --from=build /app /app\n",
        (
            "FROM debian:12\n"
            "RUN echo 'APT::Install-Recommends \"0\";' > /etc/apt/apt.conf.d/99no && apt-get install -y curl\n"
        ),
    ],
)
def apt_recommends(run: Run) -> Problems:
    """`apt-get install` also installs what the packages merely recommend.

    A package names others that it needs and others that people often like beside it. apt installs both; in an image
    the second kind is only weight and one more thing to update. With `--no-install-recommends` you get what is needed;
    list those that you do need then: curl, wget and git only recommend `ca-certificates`, and gcc `libc6-dev`. Nothing
    is said of libraries (`lib…-dev`, `libpq5`), which recommend nothing as a rule, of stages that others only copy
    from, and of images to work in.

    https://docs.docker.com/build/building/best-practices/#apt-get
    """
    found = installs_recommended(run) if ships(run) else []
    if any(may_recommend(install) for install in found) and not (run.stage and is_for_development(run.stage)):
        option = "--no-install-recommends"
        wanted = needed(found, run)
        listed = ", and ".join(f"`{name}`, {why}" for name, why in wanted.items())
        edits = [add_option(run, install.verb_word, option) for install in found]
        if wanted:
            last = next(call.packages[-1] for call in found if call.packages)
            edits.append(add_option(run, last, " ".join(wanted)))
        yield Problem(
            found[0].head,
            f"`{found[0].manager} install` also installs what these packages only recommend, beside what they need. "
            f"Add `{option}`, and {listed or 'list the ones that you do need'}",
            fix=Fix(f"Add `{option}`", edits, "unsafe") if not run.exec_form or not wanted else None,
        )
