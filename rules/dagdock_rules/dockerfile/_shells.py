"""Which shell and which tools a stage has, as far as its base image and its installations tell."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from dagdock.api import CopyLike, ImageRef, Run, Stage, load_data

from ..packages import installs

# Images whose tags are all of Debian or Ubuntu, but for those that say something else.
OF_DEBIAN = frozenset(
    "debian ubuntu buildpack-deps python pypy node ruby golang rust php perl gcc r-base postgres mariadb nginx redis "
    "apache/airflow continuumio/miniconda3 continuumio/anaconda3 condaforge/miniforge3 eclipse-temurin".split()
)
GNU_FAMILIES = ("apt", "yum", "dnf", "microdnf", "tdnf", "zypper")


def shell_of(image: ImageRef | None) -> str | None:
    """What stands behind `/bin/sh` in an image: `bash` where bash is there, `ash` for BusyBox, `` for none at all.

    None where that is unknown.
    """
    if image is None:
        return None
    tag, name = (image.tag or "").lower(), image.familiar.lower()
    about = load_data("dagdock_rules", "base-shells")
    if "alpine" in tag or "busybox" in tag or name.rpartition("/")[2].startswith("alpine"):
        return "ash"
    if any(mark in tag for mark in about["debian-tags"]):
        return "bash"
    for shell in ("bash", "ash", "none"):
        if _is_among(name, about[shell]):
            return "" if shell == "none" else shell
    return None


def _is_among(name: str, names: list[str]) -> bool:
    """Whether an image is called so, or lies below a name that ends with `/*`."""
    return name in names or any(entry.endswith("/*") and name.startswith(entry[:-1]) for entry in names)


def shell_behind(stage: Stage | None) -> str | None:
    """The shell of the image at the bottom of a stage's chain."""
    if stage is None:
        return None
    *_, root = stage.chain()
    if root.image is None and root.image_word and "alpine" in root.image_word.raw.lower():
        return "ash"  # `php:${PHP_VERSION}-alpine`
    return "" if root.is_scratch else shell_of(root.image)


def has_dash(stage: Stage) -> bool:
    """Whether `/bin/sh` surely is dash: the image is of Debian or Ubuntu, and nothing puts another shell there."""
    *_, root = stage.chain()
    if root.image is None or root.image.familiar not in OF_DEBIAN:
        return False
    tag = (root.image.tag or "").lower()
    if any(mark in tag for mark in ("alpine", "busybox", "ubi", "oracle", "al2", "amazon", "win", "nanoserver")):
        return False
    return stage.shell_at() is None and not any(
        "/bin/sh" in run.body.text for part in stage.chain() for run in part.all_of(Run)
    )


def has_busybox(run: Run) -> bool:
    """Whether `wget` is BusyBox's here."""
    return run.stage is not None and shell_behind(run.stage) == "ash" and not _is_wget_installed(run, run.stage)


def may_have_busybox(run: Run) -> bool:
    """Whether `wget` is BusyBox's here, or nobody knows whose it is."""
    if run.stage is None or has_gnu_tools(run):
        return False
    return shell_behind(run.stage) in (None, "ash") and not _is_wget_installed(run, run.stage)


def _is_wget_installed(run: Run, stage: Stage) -> bool:
    own, inherited = _installs_wget(stage)
    return inherited or (own is not None and own <= run.index)


@lru_cache(maxsize=64)
def _installs_wget(stage: Stage) -> tuple[int | None, bool]:
    """The index of the first RUN of a stage that installs wget, and whether one of the stages below does."""

    def places(part: Stage) -> Iterator[int]:
        for run in part.all_of(Run):
            if any(word.prefix.startswith("wget") for call in installs(run.script) for word in call.packages):
                yield run.index

    own, *inherited = stage.chain()
    return next(places(own), None), any(True for part in inherited for _ in places(part))


def has_gnu_tools(run: Run) -> bool:
    """Whether `wget` is surely GNU's: the system is one that has no other."""
    return run.stage is not None and (shell_behind(run.stage) == "bash" or _has_gnu_packages(run.stage))


@lru_cache(maxsize=64)
def _has_gnu_packages(stage: Stage) -> bool:
    return any(
        call.family in GNU_FAMILIES
        for part in stage.chain()
        for run in part.all_of(Run)
        for call in installs(run.script)
    )


def has_no_bash(stage: Stage) -> bool:
    """Whether a stage surely has no bash: its base image is known for that, and nothing brings one along."""
    *_, root = stage.chain()
    image = root.image
    shell = shell_behind(stage)
    if shell == "ash":
        plain: list[str] = load_data("dagdock_rules", "base-shells")["without-bash"]
        if image is None or image.familiar not in plain:
            return False
    elif shell != "" or (image is not None and not root.is_scratch and "debug" in (image.tag or "")):
        return False
    return not any(
        isinstance(instruction, (CopyLike, Run))
        and ("bash" in instruction.body.text or (isinstance(instruction, CopyLike) and _may_bring_system(instruction)))
        for part in stage.chain()
        for instruction in part.instructions
    )


def _may_bring_system(copy: CopyLike) -> bool:
    """Whether a COPY or ADD may bring programs of another system along: from an image, or out of an archive."""
    destination = copy.destination.literal if copy.destination else None
    foreign = copy.flag("from") is not None or any(".tar" in source.raw or "$" in source.raw for source in copy.sources)
    return foreign and (
        destination is None or destination.rstrip("/") in ("", "/bin", "/usr", "/usr/bin", "/usr/local")
    )
