"""Installations that need only a list of packages: `pip install -r`, `npm ci`, `go mod download` …"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from dagdock.api import BuildContext, Located, Project, Run, Word

from ..packages import PackageCommand, installs, others


class Tool(NamedTuple):
    """A tool that reads its packages from files it knows by name."""

    family: str
    verbs: tuple[str, ...]
    files: tuple[str, ...]
    alone: tuple[str, ...] = ()
    """Options with which it installs the packages and leaves the project itself for later; it wants one of them."""


NODE = ("", "install", "i", "in", "ins", "inst", "isntall", "ci", "clean-install", "ic", "install-clean", "fetch")
MAVEN_BUILDS = ("package", "install", "verify", "clean package", "clean install", "clean verify")
MAVEN = Tool(
    "java",
    ("dependency:go-offline", "dependency:resolve", "dependency:resolve-plugins", *MAVEN_BUILDS),
    ("pom.xml",),
)
TOOLS: dict[str, Tool] = {
    "npm": Tool("node", NODE, ("package.json", "package-lock.json", "npm-shrinkwrap.json", ".npmrc")),
    "yarn": Tool("node", NODE, ("package.json", "yarn.lock", ".yarnrc.yml", ".yarnrc")),
    "pnpm": Tool("node", NODE, ("package.json", "pnpm-lock.yaml", ".npmrc")),
    "bun": Tool("node", NODE, ("package.json", "bun.lock", "bun.lockb")),
    "pipenv": Tool("python", ("install", "sync"), ("Pipfile", "Pipfile.lock")),
    "poetry": Tool("python", ("install", "sync"), ("pyproject.toml", "poetry.lock"), ("--no-root",)),
    "pdm": Tool("python", ("install", "sync"), ("pyproject.toml", "pdm.lock"), ("--no-self",)),
    "uv": Tool(
        "python",
        ("sync",),
        ("pyproject.toml", "uv.lock"),
        ("--no-install-project", "--no-install-workspace", "--only-group", "--only-dev"),
    ),
    "bundle": Tool("ruby", ("", "install"), ("Gemfile", "Gemfile.lock")),
    "composer": Tool("php", ("install", "i"), ("composer.json", "composer.lock"), ("--no-autoloader",)),
    "go": Tool("go", ("mod download", "build", "install", "get"), ("go.mod", "go.sum")),
    "cargo": Tool("rust", ("fetch", "build", "b", "chef cook"), ("Cargo.toml", "Cargo.lock")),
    "dotnet": Tool("dotnet", ("restore",), ("*.csproj",)),
    "mix": Tool("elixir", ("deps.get",), ("mix.exs", "mix.lock")),
    "mvn": MAVEN,
    "mvnw": MAVEN,
}
# What such a tool may be given and still read its manifest.
PROJECTS = (".go", ".csproj", ".fsproj", ".vbproj", ".sln", ".slnx")
# The rest of what a RUN may do beside the installation and still need nothing of the project.
HARMLESS = frozenset("true : echo rm mkdir set".split())


class Manifest(NamedTuple):
    """An installation from a manifest."""

    run: Run
    place: Located
    command: str
    """How to call it: `pip install -r requirements.txt`."""
    family: str
    """What it installs for: `python`, `node`."""
    path: str
    """The manifest as the command names it; empty where the tool knows it by name."""
    files: tuple[str, ...]
    """The names that the tool looks for."""
    how: str
    """What to do once the manifest is there: `install`, or what the tool needs to do without the project."""
    builds: bool
    """Whether it builds the project and only brings the packages along."""
    alone: bool
    """Whether the RUN does nothing that could need another file of the project."""

    @property
    def names(self) -> list[str]:
        """What to call the manifests where nobody can see which of them are there."""
        if self.path:
            return [self.path.rpartition("/")[2]]
        return ["the project files (`*.csproj`)"] if self.family == "dotnet" else list(self.files[:2])


def manifests_of(run: Run) -> Iterator[Manifest]:
    """The installations from manifests in a RUN, in order."""
    script = run.script
    calls = list(installs(script))
    if not calls:
        return
    alone = not others(script, calls, HARMLESS) and not script.broken
    for call in calls:
        if {"if", "case"} & set(call.command.context):
            continue  # it may not be there
        found = _by_path(call) or _by_name(call)
        if found:
            family, path, files, how, builds = found
            text = " ".join(call.span.text.split())
            command = text if len(text) <= 60 and "\\" not in text else f"{call.manager} {call.verb}".strip()
            yield Manifest(run, call.span, command, family, path, files, how, builds, alone)


def needs_project(text: str) -> bool:
    """Whether a manifest names parts of the project itself, so that nothing can be installed without them."""
    return bool(_own_parts().search(text))


def includes_others(text: str) -> bool:
    """Whether a manifest reads other files, or runs scripts of the project."""
    return bool(_includes().search(text))


def has_no_package(text: str, how: str) -> bool:
    """Whether a pyproject.toml describes no package of its own, so that the tool leaves nothing for later."""
    if "--no-root" in how:
        return "package-mode = false" in text
    if "--no-self" in how:
        return "distribution = false" in text
    return "--no-install-project" in how and ("package = false" in text or "[build-system]" not in text)


def text_of(path: str, context: BuildContext, project: Project) -> str:
    """What a file of the context holds; empty where there is none."""
    source = project.text(context.path(path))
    return source.text if source else ""


Found = tuple[str, str, tuple[str, ...], str, bool]


def _by_path(call: PackageCommand) -> Found | None:
    """An installation whose manifest is named on the command line."""
    options = call.options
    given: list[str] = []
    if call.family == "pip" or (call.manager == "uv" and call.verb.startswith("pip ")):
        if any(_is_project(word) for word in call.packages) or options.has("-e", "--editable") is not False:
            return None
        given = list(_requirements(call))
        if call.verb == "pip sync":
            given = [word.value for word in call.packages if word.value]
    elif call.family == "conda":
        given = [value for value in options.values("-f", "--file") if value]
        if call.verb.startswith("env ") and not given:
            given = ["environment.yml"]
    return ("conda" if call.family == "conda" else "python", given[0], (), "install", False) if given else None


def _by_name(call: PackageCommand) -> Found | None:
    """An installation by a tool that knows the names of its manifests."""
    tool, options = TOOLS.get(call.manager), call.options
    if tool is None or call.verb not in tool.verbs or options.has("-g", "--global", "--location=global"):
        return None
    builds = (tool.family == "go" and call.verb != "mod download") or call.verb in ("build", "b")
    builds = builds or (tool is MAVEN and call.verb in MAVEN_BUILDS)
    if any(not _is_project(word) and not (word.value or "").endswith(PROJECTS) for word in call.packages):
        return None  # packages by name
    if builds and "vendor" in options.values("-mod"):
        return None
    how = "install"
    if tool.alone and options.has(*tool.alone) is False:
        how = f"install with `{'--no-scripts ' if tool.family == 'php' else ''}{tool.alone[0]}`"
    elif tool.family == "rust":
        how = "fetch beside an empty `src/main.rs`"
    elif builds:
        how = "RUN `mvn dependency:go-offline`" if tool is MAVEN else "RUN `go mod download`"
    return tool.family, "", tool.files, how, builds


def _requirements(call: PackageCommand) -> Iterator[str]:
    """The values of `-r`, with the variables that stand in them."""
    words = call.command.words
    for word, following in zip(words, [*words[1:], None], strict=True):
        name, _, value = word.text.partition("=")
        if name in ("-r", "--requirement", "--requirements"):
            text = value or (following.text if following else "")
            if text:
                yield text.strip("\"'")
        elif name.startswith("-r") and len(word.text) > 2:
            yield word.text[2:]


def _is_project(word: Word) -> bool:
    """Whether pip is given a folder to install, or what may be one: that needs the sources."""
    value = word.value
    if value is None:
        return not _named_requirement().match(word.text)
    return value.startswith((".", "/"))


@cache
def _named_requirement() -> re.Pattern[str]:
    """The start of a package's name with its version, which may be a variable: `"flask[async]==$FLASK"`."""
    return re.compile(r"""["']?[A-Za-z][\w.-]*(?:\[[\w,-]*\])?(?:[=~!<>]=|[<>])""")


@cache
def _own_parts() -> re.Pattern[str]:
    """In requirements, package.json, pyproject.toml, Cargo.toml, Gemfile, composer.json, go.mod: local parts."""
    return re.compile(
        r"""^\s*(?:-e|--editable)\s|^\s*\.{0,2}/\S|^\.(?:\[|\s*$)|\bfile:\.|"workspaces"\s*:|"(?:workspace|link):"""
        r"""|^\[(?:tool\.uv\.)?workspace|\bpath\s*=\s*["']\.|^\s*gemspec\b|\bpath:\s*["']|"type"\s*:\s*"path\""""
        r"""|^replace\s.*=>\s*\.|<modules>""",
        re.MULTILINE,
    )


@cache
def _includes() -> re.Pattern[str]:
    return re.compile(
        r"""^\s*(?:-r|--requirement|-c|--constraint)\s|"(?:pre|post)?install"\s*:|"prepare"\s*:|yarnPath|patchedDep""",
        re.MULTILINE,
    )
