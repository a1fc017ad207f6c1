from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Run, rule

from ._downloads import downloads, is_checked, runs_output

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
    tags=["security", "reproducible"],
    words=["curl", "wget"],
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
    install that at a version; else store the script, compare its checksum, and run it then.

    https://docs.docker.com/build/building/best-practices/#using-pipes
    """
    if is_checked(run.script):
        return
    for download in downloads(run.script):
        shell = None if download.is_local else runs_output(download, run.script)
        if shell:
            known = next((name for part, name in INSTALLERS.items() if part in download.command.span.text), None)
            what = f"the installer of {known}" if known else "this script"
            advice = (
                f"Take {known} at a version: from its package, its release file, or its image"
                if known
                else "Store it, compare its checksum, and run it then"
            )
            start, end = sorted((download.outer, shell), key=lambda command: command.span.start)
            place = start.span if start.span.end >= end.span.end else start.span.to(end)
            yield Problem(place, f"{what} runs as whatever the address sends on the day of the build. {advice}")
