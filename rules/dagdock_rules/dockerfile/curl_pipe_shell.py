from __future__ import annotations

import re
from functools import cache

from dagdock.api import Bad, Command, Problem, Problems, Run, rule

from ._addresses import branch_in, is_own, leads_elsewhere, version_variable
from ._downloads import Download, downloads, is_checked, runs_output

# How to have a tool at a version without its script.
RELEASES = {
    "Composer": "copy it from its image, `COPY --from=composer:VERSION /usr/bin/composer /usr/bin/`",
    "Helm": "download its release file and compare the checksum",
    "Node.js": "copy it from the image `node:VERSION`, or write its package source, with the key, into this file and "
    "install `nodejs=VERSION`",
    "Poetry": "`pip install poetry==VERSION`",
    "Yarn": "`npm install -g yarn@VERSION`, or use corepack",
    "pnpm": "`npm install -g pnpm@VERSION`, or use corepack",
    "uv": "copy it from its image, `COPY --from=ghcr.io/astral-sh/uv:VERSION /uv /bin/`",
}
# Installers that are often run so, by a part of their address.
INSTALLERS = {
    "astral.sh/uv": "uv",
    "bun.sh": "Bun",
    "composer": "Composer",
    "deb.nodesource.com": "Node.js",
    "deno.land": "Deno",
    "get.docker.com": "Docker",
    "get.helm.sh": "Helm",
    "helm/master/scripts": "Helm",
    "golangci": "golangci-lint",
    "install.python-poetry.org": "Poetry",
    "python-poetry/poetry": "Poetry",
    "nvm-sh/nvm": "nvm",
    "ohmyzsh": "Oh My Zsh",
    "pnpm.io": "pnpm",
    "rpm.nodesource.com": "Node.js",
    "sdkman": "SDKMAN",
    "sh.rustup.rs": "Rust",
    "starship.rs": "Starship",
    "yarnpkg.com": "Yarn",
}


@rule(
    "DF429",
    severity="info",
    since="0.1",
    security=4.0,
    lessons=["L16"],
    tags=["security", "reproducible"],
    words=["curl", "wget"],
    words_near=True,
    bad=[
        Bad("FROM debian:12\nRUN «curl -fsSL https://example.com/install.sh | bash»\n"),
        Bad('FROM debian:12\nRUN «sh -c "$(wget -qO- https://example.com/install.sh)"»\n'),
    ],
    good=[
        (
            "FROM debian:12\n"
            "RUN curl -fsSLo install.sh https://example.com/install.sh && sha256sum -c install.sha256 && sh "
            "install.sh\n"
        ),
        ("FROM debian:12\nRUN curl -fsSL https://example.com/list.json | python3 -m json.tool > /list.json\n"),
    ],
)
def curl_pipe_shell(run: Run) -> Problems:
    """A script from the Internet is run as it comes.

    What the address sends on the day of the build runs as root in the image: a new version of the script, or whatever
    somebody put in its place. Nobody sees later what it was. Where the program comes as a package or a release file,
    install that at a version; else store the script, compare its checksum, and run it then. An address that names a
    version or a commit is left alone.

    https://docs.docker.com/build/building/best-practices/#using-pipes
    """
    if is_checked(run.script):
        return
    for download in downloads(run.script):
        shell = None if download.is_local else runs_output(download, run.script)
        if shell:
            if _names_version(download, run) or _is_followed(download, run):
                continue
            text = download.command.span.text
            known = next((name for part, name in INSTALLERS.items() if part in text), None)
            what = f"the script that sets up {known}" if known else "whatever script the address sends"
            branch = next((name for word in download.urls if (name := branch_in(word.text))), None)
            if known and _says_version(shell):
                advice = f"The version of {known} is said, that of the script is not: " + (
                    f"name a commit in place of `{branch}`"
                    if branch
                    else "keep a copy of it in the project and run that"
                )
            elif known in RELEASES:
                advice = f"To have {known} at a version, {RELEASES[known]}"
                if known == "Composer" and _is_of_old_php(run):
                    advice = advice.replace("VERSION", "2.2")
            elif known:
                advice = f"Install {known} at a version, from a package or a release file, and compare its checksum"
            elif branch:
                advice = f"Name a commit in place of `{branch}`, so that it stays the script that you have read"
            else:
                advice = (
                    "Install from a package or a release file at a version, if there is one; else keep a copy of the "
                    "script in the project and run that"
                )
            start, end = sorted((download.outer, shell), key=lambda command: command.span.start)
            place = start.span if start.span.end >= end.span.end else start.span.to(end)
            when = ", as the address sends it on the day of the build" if known else " on the day of the build"
            yield Problem(place, f"this runs {what}{when}. {advice}")


def _is_followed(download: Download, run: Run) -> bool:
    """Whether it is a script of the Dockerfile's own author, who follows his branch on purpose."""
    return any(leads_elsewhere(word.text) and is_own(word.text, run.dockerfile) for word in download.urls)


def _is_of_old_php(run: Run) -> bool:
    """Whether the image has a PHP that Composer knows up to its release 2.2."""
    image = run.stage.root_image if run.stage else None
    return image is not None and image.familiar == "php" and bool(re.match(r"5\b|7\.[01]\b", image.tag or ""))


def _names_version(download: Download, run: Run) -> bool:
    """Whether the address says which version of the script it is: a number, a commit, a variable for one."""
    return any(_version().search(word.text) or version_variable(word.text, run) for word in download.urls)


def _says_version(shell: Command) -> bool:
    """Whether the script is told which version of the program to install."""
    texts = [word.text for word in shell.effective.arguments]
    return any(
        text.startswith(("--version", "--default-toolchain", "--tag", "--ref"))
        or text == "-v"
        or _told().search(text) is not None
        for text in texts
    )


@cache
def _told() -> re.Pattern[str]:
    """A version among the arguments, or a variable for one."""
    return re.compile(r"^[\"']?v?\d+\.\d|\$\{?\w*version", re.IGNORECASE)


@cache
def _version() -> re.Pattern[str]:
    return re.compile(r"/v?\d+\.\d+(?:\.\d+)?[/\"'-]|/v?\d+\.\d+(?:\.\d+)?$|/[0-9a-f]{40}/")
