"""Which of the packages that a command installs come in whatever version is current on the day of the build."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from dagdock.api import Problem, Problems, Run, Stage, Word, remembered

from ..packages import PackageCommand, installs
from ._made_for import is_for_development, is_for_readers
from ._values import hides_options, texts_of

# How a version is written, by family.
SPELLING = {
    "apk": "{}=VERSION",
    "apt": "{}=VERSION",
    "bun": "{}@VERSION",
    "conda": "{}=VERSION",
    "dnf": "{}-VERSION",
    "gem": "{}:VERSION",
    "go": "{}@VERSION",
    "microdnf": "{}-VERSION",
    "npm": "{}@VERSION",
    "pip": "{}==VERSION",
    "pipx": "{}==VERSION",
    "pnpm": "{}@VERSION",
    "tdnf": "{}-VERSION",
    "uv": "{}==VERSION",
    "yarn": "{}@VERSION",
    "yum": "{}-VERSION",
    "zypper": "{}=VERSION",
}
# The installers themselves: which version of them installs the rest matters less than the rest.
TOOLS = frozenset(("pip", "setuptools", "wheel", "npm", "yarn", "pnpm", "bundler"))

# Programs that install or pack others; whoever upgrades one of them wants the newest.
UPGRADED = TOOLS | {"virtualenv", "pipx", "poetry", "uv", "pipenv", "build"}

# So many names are better kept in a file.
MANY = 10

Unpinned = list[tuple[Word, str]]


def unpinned(call: PackageCommand, run: Run) -> Unpinned:
    """The packages that a call surely installs without saying a version: the words, and the packages' names."""
    if call.family in ("pip", "pipx", "uv") and _is_constrained(call, run):
        return []
    is_pinned = _OF_FAMILY.get(call.family, _has_sign)
    if call.family == "conda" and call.options.has("-f", "--file", "--clone") is not False:
        return []
    if call.family == "gem" and call.options.has("-v", "--version", "-g", "--file", "-f") is not False:
        return []
    if any(word.text == "install" for word in call.packages):
        return []  # a command that begins twice, which another rule reports
    found = [
        (word, text)
        for word in call.packages
        for text in texts_of(word, run) or ()
        if text and not text.endswith(call.file_endings) and not is_pinned(text, call)
    ]
    if found and call.family == "pip":
        return [(word, text) for word, text in found if not _is_said_elsewhere(_project_name(text), call, run)]
    return found


def _is_said_elsewhere(name: str, call: PackageCommand, run: Run) -> bool:
    """Whether the same call says a project's version, or one before it, whose choice pip leaves as it is."""
    if name in _pinned_projects(call, run):
        return True
    if run.stage is None or call.options.has("-U", "--upgrade", "--force-reinstall", "-t", "--target") is not False:
        return False
    here = (run.index, call.command.start)
    return any(
        (first := _pinned_by_pip(part).get(name)) is not None and (part is not run.stage or first < here)
        for part in run.stage.chain()
    )


@remembered
def _pinned_by_pip(stage: Stage) -> dict[str, tuple[int, int]]:
    """The projects that calls of pip pin which are surely made: the index of the first RUN, and the call's offset."""
    found: dict[str, tuple[int, int]] = {}
    for run in stage.all_of(Run):
        for call in installs(run.script):
            if call.family == "pip" and not call.command.context:
                for name in _pinned_projects(call, run):
                    found.setdefault(name, (run.index, call.command.start))
    return found


def _pinned_projects(call: PackageCommand, run: Run) -> list[str]:
    return [
        _project_name(text)
        for word in call.packages
        for text in texts_of(word, run) or ()
        if any(sign in text for sign in ("==", "~=", "<", "===")) and _is_name(_project_name(text))
    ]


def _project_name(text: str) -> str:
    """The name of a project as PyPI writes it, without extras and version: `idna[all]==3.4` is `idna`."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[=<>!~;@ ]", text, maxsplit=1)[0]).lower()


def unpinned_problems(run: Run, families: tuple[str, ...], verbs: tuple[str, ...]) -> Problems:
    """A problem for each call of these package managers that installs packages without versions."""
    for call in installs(run.script):
        if call.family in families and call.verb in verbs:
            found = unpinned(call, run)
            found = [each for each in found if each[1] not in TOOLS] or found
            if found and not is_meant(call, found, run):
                only_tools = all(text in TOOLS for _, text in found)
                mild = only_tools or (
                    run.stage is not None and (is_for_development(run.stage) or is_for_readers(run.stage))
                )
                yield Problem(found[0][0], _message(call, found, run), severity="info" if mild else None)


def is_meant(call: PackageCommand, found: Unpinned, run: Run) -> bool:
    """Whether a call takes the newest on purpose, or what it takes no longer changes: Yarn 1, packages for Python 2."""
    if call.family == "npm" and all(text == "yarn" for _, text in found):
        return True  # the last release of Yarn 1, to which nothing is added
    if call.family != "pip":
        return False
    if call.options.has("--pre") is True:
        return True
    if all(text in UPGRADED for _, text in found) and call.options.has("-U", "--upgrade") is not False:
        return True
    image = run.stage.root_image if run.stage else None
    if image and image.familiar == "python" and (image.tag or "").partition("-")[0].partition(".")[0] == "2":
        return True
    return bool(re.search(r"\bpip2|\bpy2-pip|\bpython2|/2\.7/get-pip|\bpython-dev\b", run.body.text))


def _message(call: PackageCommand, found: Unpinned, run: Run) -> str:
    names = list(dict.fromkeys(text for _, text in found))
    shown = ", ".join(f"`{name}`" for name in names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    comes = "come" if len(names) > 1 else "comes"
    name = re.sub(r"@(?:latest|none|upgrade|patch)$", "", names[0])
    example = f"`{SPELLING[call.family].format(name)}`"
    if call.family == "go" and call.verb == "get":
        old = run.stage is not None and _has_old_go(run.stage)
        example = (
            f"`GO111MODULE=on go get {name}@VERSION`"
            if old
            else f"`go install {name}@VERSION` for a program (Go 1.16 and newer), a line in `go.mod` for a library"
        )
    advice = f"Pin each, as in {example}" if len(names) > 1 else f"Pin it: {example}"
    if len(names) >= MANY and call.family in ("pip", "uv"):
        advice = (
            "List them with their versions in a `requirements.txt` (`pip freeze` shows what you have), and install it "
            f"with `{'uv pip' if call.family == 'uv' else 'pip'} install -r requirements.txt`"
        )
    return f"{shown} {comes} in whatever version is current, so two builds of this file may differ. {advice}"


def _has_old_go(stage: Stage) -> bool:
    """Whether the image has a Go that installs no program at a version, and has modules to be switched on."""
    image = stage.root_image
    match = re.match(r"1\.(\d+)", image.tag or "") if image and image.familiar == "golang" else None
    return match is not None and 11 <= int(match[1]) < 16


def _is_constrained(call: PackageCommand, run: Run) -> bool:
    """Whether a file says the versions: pip's requirements or constraints, by option or environment."""
    # With --no-index it lies in a folder, as it was put there.
    files = ("-r", "--requirement", "--requirements", "-c", "--constraint", "--constraints", "--no-index")
    given = call.options.has(*files)
    if given or (given is None and hides_options(call.command, run)):
        return True
    if "--spec" in {option.name for option in call.options.options}:
        return True
    scope = run.stage.scope_at(run) if run.stage else None
    words = [*call.command.assignments, *(word for command in run.script.commands for word in command.words)]
    return (scope is not None and "PIP_CONSTRAINT" in scope) or any(
        word.text.startswith(("PIP_CONSTRAINT=", "UV_CONSTRAINT=")) for word in words
    )


def _has_sign(text: str, call: PackageCommand) -> bool:
    return any(sign in text for sign in call.pin_signs)


def _is_pinned_apt(text: str, call: PackageCommand) -> bool:
    """`name=1.2`, `name/suite`, a path; `name-` removes, `name^` is a task."""
    return _has_sign(text, call) or text.endswith(("-", "^"))


def _is_pinned_apk(text: str, call: PackageCommand) -> bool:
    """`name=1.2-r0`, `name~1.2`; a path; `!name` is a conflict."""
    return _has_sign(text, call) or "/" in text or text.startswith(("!", "."))


def _is_pinned_python(text: str, call: PackageCommand) -> bool:
    """`name==1.2`, `name>=1`, a path, an archive, an address; what comes from version control needs a revision."""
    if "git+" in text or text.startswith(("hg+", "svn+", "bzr+")):
        return "@" in text.partition("://")[2].partition("/")[2]
    name = text.partition("[")[0]
    return _has_sign(text, call) or "/" in text or text.startswith(".") or "@" in name or not _is_name(name)


def _is_pinned_node(text: str, call: PackageCommand) -> bool:
    """`name@1.2`, a path, an archive; what comes from version control needs a revision behind `#`."""
    if text.startswith((".", "/", "~/", "file:", "link:", "workspace:")) or text[1:2] == ":":
        return True
    if text.startswith(("git+", "git:", "git@", "ssh:", "github:", "gitlab:", "bitbucket:")) or ".git" in text:
        return "#" in text
    if "://" in text or text in ("true", "false"):  # the value of an option, as `--unsafe-perm true`
        return True
    return "@" in text[1:] or ("/" in text and not text.startswith("@") and "#" in text)


def _is_pinned_go(text: str, call: PackageCommand) -> bool:
    """`example.com/x@v1.2`, a package of the project itself; `@latest` says no version."""
    if text.startswith((".", "/", "~")) or text.endswith((".go", "/...")) or text in ("all", "std", "cmd", "tool"):
        return True
    _, at, version = text.partition("@")
    return bool(at) and version not in ("latest", "none", "upgrade", "patch")


def _is_pinned_gem(text: str, call: PackageCommand) -> bool:
    return _has_sign(text, call) or "/" in text


def _is_pinned_conda(text: str, call: PackageCommand) -> bool:
    """`name=1.2`, `name>=1`, a file or an address; `channel::name` says no version."""
    return any(sign in text for sign in "=<>") or "/" in text.partition("::")[2] or text.startswith((".", "/", "http"))


def _is_pinned_rpm(text: str, call: PackageCommand) -> bool:
    """`name-1.2-3`, `name:stream` of a module, a path or address; groups and `provides` have no versions."""
    if "/" in text or text.startswith(("@", ".")) or "(" in text or call.verb.startswith(("group", "local")):
        return True
    if call.verb.startswith("module"):
        return ":" in text
    return any(_rpm_version().fullmatch(part) for part in text.split("-")[1:]) or any(sign in text for sign in "=<>")


def _is_pinned_zypper(text: str, call: PackageCommand) -> bool:
    kinds = call.options.values("-t", "--type")
    return _has_sign(text, call) or "/" in text or any(kind != "package" for kind in kinds) or text[0] in "-!+@"


def _is_name(text: str) -> bool:
    return bool(_python_name().fullmatch(text))


_OF_FAMILY: dict[str, Callable[[str, PackageCommand], bool]] = {
    "apk": _is_pinned_apk,
    "apt": _is_pinned_apt,
    "bun": _is_pinned_node,
    "conda": _is_pinned_conda,
    "dnf": _is_pinned_rpm,
    "gem": _is_pinned_gem,
    "go": _is_pinned_go,
    "microdnf": _is_pinned_rpm,
    "npm": _is_pinned_node,
    "pip": _is_pinned_python,
    "pipx": _is_pinned_python,
    "pnpm": _is_pinned_node,
    "tdnf": _is_pinned_rpm,
    "uv": _is_pinned_python,
    "yarn": _is_pinned_node,
    "yum": _is_pinned_rpm,
    "zypper": _is_pinned_zypper,
}


@cache
def _rpm_version() -> re.Pattern[str]:
    return re.compile(r"[0-9][A-Za-z0-9.~^_:+]*")


@cache
def _python_name() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z0-9][\w.-]*")
