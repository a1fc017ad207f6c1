"""What a Compose file is there for, as far as its name, its folders and its first comment say: tests, work, trying."""

from __future__ import annotations

import re
from posixpath import basename

from dagdock.api import ComposeFile, Project, Value

# Words of a file's name and of the two folders above it, for a trial of any above it.
_TESTS = frozenset("bench benchmark benchmarks ci cypress e2e integration playwright spec test testing tests".split())
# Folders whose name says so for all that lies below.
_TEST_DATA = frozenset(("e2e", "testdata"))
_WORK = frozenset("debug dev devcontainer devenv devel develop development local localdev".split())
_TRIAL = frozenset(
    "awesome beginner beginners bootcamp chapter chapters course demo demos example examples exercise exercises "
    "handson lab labs learn learning lecture playground practice pwd quickstart sample samples showcase training "
    "tutorial tutorials workshop workshops zoomcamp".split()
)
# Folders of what runs for each change.
_PIPELINES = (".github/", ".gitlab/", ".ci/", ".circleci/", ".buildkite/", ".azure-pipelines/")
# So many links of a README, or one that clones it, say which repository it belongs to.
_SURE = 3
# Words of a README's heading: a demo may be a whole program, the others are not.
_TITLES = frozenset(
    "awesome bootcamp course examples exercises handson playground quickstart sample samples tutorial tutorials "
    "workshop workshops zoomcamp".split()
)
# What a first comment says of itself.
_SAYS_SO = (
    r"local development|development (?:setup|environment|stack|purposes?|only|use)"
    r"|for (?:local )?(?:development|testing)|(?:testing|test|demo) purposes?|for demonstration"
    r"|(?:not|never) (?:[a-z]+ ){0,4}(?:for|in) (?:a )?production"
)


def is_for_tests(file: ComposeFile, project: Project) -> bool:
    """Whether the file is named after tests or CI, or lies in a folder that is."""
    path = project.path_of(file.source.whole) or ""
    words = _words(file, project, 4)
    if {"ci", "cd"} <= words:  # a folder with programs for that
        words = words - {"ci"}
    return is_test_data(file, project) or path.startswith(_PIPELINES) or not words.isdisjoint(_TESTS)


def is_test_data(file: ComposeFile, project: Project) -> bool:
    """Whether a folder that it lies in holds what tests read: `testdata`."""
    path = project.path_of(file.source.whole) or ""
    return not _TEST_DATA.isdisjoint(path.lower().split("/")[:-1])


def is_profile_of_tests(profile: Value) -> bool:
    """Whether a profile is named after tests, CI or measurements."""
    words = re.split(r"[^a-z0-9]+", (profile.resolved or "").lower())
    return not (_TESTS | {"perf"}).isdisjoint(words)


def is_for_work(file: ComposeFile, project: Project) -> bool:
    """Whether somebody develops with it, by its name or by what it says at its top: nobody else depends on it."""
    words = _words(file, project, 3)
    return not words.isdisjoint(_WORK) or (words.isdisjoint(("prod", "production")) and _says_so(file))


def is_for_trial(file: ComposeFile, project: Project) -> bool:
    """Whether it is part of an example or a course, by its name or by that of its repository."""
    words = _words(file, project, 9)  # all folders above: `chapter-05/01-a/docker/compose.yaml`
    words |= {word.rstrip("0123456789") for word in words}
    if not words.isdisjoint(_TRIAL) or not _words_of_repository(project).isdisjoint(_TRIAL):
        return True
    return project.once("title", lambda: _is_collection_of_samples(project))


def _is_collection_of_samples(project: Project) -> bool:
    """Whether the heading of the project's README says that it holds samples or is for learning."""
    heading = re.search(r"^#\s+(.+)$|^(.+)\n[=~*-]{4,}\s*$", _readme(project)[:4000], re.MULTILINE)
    words = re.split(r"[^a-z]+", heading.group().lower()) if heading else []
    return not _TITLES.isdisjoint(words)


def _readme(project: Project) -> str:
    """The beginning of the project's README; empty where there is none."""
    name = next((name for name in project.facts.names(".") if name.lower() in ("readme.md", "readme.rst")), None)
    return (project.facts.read(name) or b"")[:20_000].decode("utf-8", "replace") if name else ""


def is_short_lived(file: ComposeFile, project: Project) -> bool:
    """Whether it is for tests, for work or for trying something out."""
    return is_for_tests(file, project) or is_for_work(file, project) or is_for_trial(file, project)


def repository_names(project: Project) -> frozenset[str]:
    """The parts of the repository's address and the name of its folder, in lower case; none without a repository."""
    return project.once("repository names", lambda: _repository_names(project))


def repository_owners(project: Project) -> frozenset[str]:
    """Who the repository belongs to by its address or the name of its folder, in lower case; as above."""
    return project.once("repository owners", lambda: frozenset(parts[0] for parts in _addresses(project) if parts[1:]))


def _repository_names(project: Project) -> frozenset[str]:
    return frozenset(part for parts in _addresses(project) for part in parts)


def _addresses(project: Project) -> list[list[str]]:
    """The last two parts of each address of the repository, and those of the name of its folder; in a copy without
    `.git` those that its README clones or shows the pipelines of."""
    if not project.facts.is_dir(".git"):
        return _addresses_in_readme(project)
    content = (project.facts.read(".git/config") or b"").decode("utf-8", "replace")
    urls = re.findall(r"^\s*url\s*=\s*(\S+)", content, re.MULTILINE)
    names = [
        basename(project.facts.root),
        *("/".join(re.split(r"[/:]", url)[-2:]).removesuffix(".git") for url in urls),
    ]
    return [[part for part in re.split(r"[/+]", name.lower()) if part] for name in names]


def _addresses_in_readme(project: Project) -> list[list[str]]:
    """The repository that a README names most: clones it, shows its pipelines and its releases, links to its pages."""
    counts: dict[str, int] = {}
    for found in re.finditer(
        r"(\bclone\s+\S*)?github\.com[/:]([\w.-]+/[\w.-]*\w)(/(?:actions|workflows|releases)\b)?", _readme(project)
    ):
        name = found[2].lower().removesuffix(".git")
        counts[name] = counts.get(name, 0) + (_SURE if found[1] or found[3] else 1)
    name = max(counts, key=lambda name: counts[name], default="")
    return [name.split("/")] if counts.get(name, 0) >= _SURE else []


def _words_of_repository(project: Project) -> set[str]:
    return {word for name in repository_names(project) for word in re.split(r"[^a-z0-9]+", name)}


def _words(file: ComposeFile, project: Project, parts: int) -> set[str]:
    """The words of the last parts of the file's path, 0 for all of it."""
    path = project.path_of(file.source.whole) or file.source.path
    return set(re.split(r"[^a-z0-9]+", "/".join(path.lower().split("/")[-parts:])))


def _says_so(file: ComposeFile) -> bool:
    lines = [line.strip() for line in file.source.text[:6000].split("\n")[:60]]
    comment = " ".join(line.lstrip("# ") for line in lines if line.startswith("#")).replace("*", "")
    return bool(comment) and bool(re.search(_SAYS_SO, comment, re.IGNORECASE))
