"""Tries every fix of every Dockerfile below a folder, in memory: does the result parse, keep its meaning, come to rest?

    python benchmarks/fixes.py FOLDER [--show 20]

Each rule's fixes in a file are applied by themselves and the result is read by the official parser (the package
`dockerfile`). For safe fixes the instructions before and after must be the same in a normal form that forgives:

- how it is written: the case of keywords, of `AS` and of stage names, quotes and backslashes, the exec form beside the
  shell form, `ENV key value` beside `ENV key=value`, several pairs in one ENV, LABEL or ARG beside one in each
- what Docker drops: the CMD, ENTRYPOINT and HEALTHCHECK that a later one of the stage replaces, the host's side of
  EXPOSE and its `/tcp`, a port named twice, the slash behind a destination
- what the rule is about, listed with the reason in FORGIVEN

Then all safe fixes of a file are applied as `--fix` does, and all fixes as `--unsafe-fixes` does: nothing that the
parser read before may be refused afterwards, no comment may be lost, and a second run must change nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from dagdock.dockerfile import Dockerfile, parse
from dagdock.engine import Linter, Workspace
from dagdock.fix import Safety, apply_edits, without_overlap
from dagdock.mend import Mending, why_unsound
from dagdock.project.classify import is_dockerfile_name
from dagdock.selection import Choice
from dagdock.suppress import silences
from dagdock.text import Source

# The binding hangs in forked processes once it has parsed a few files, so it gets a process started from nothing.
_OFFICIAL = """
import json, sys
import dockerfile
for line in sys.stdin:
    try:
        found = [
            [each.cmd.upper(), (each.sub_cmd or "").upper(), each.json, list(each.flags), list(each.value),
             [doc.content for doc in each.heredocs]]
            for each in dockerfile.parse_string(json.loads(line))
        ]
    except Exception as error:
        found = str(error)
    print(json.dumps(found), flush=True)
"""
Parsed = Any  # the instructions, or the message with which the parser refuses

ADDS, DROPS, JOINS, REORDERS, ANYTHING = "words more", "words less", "joined", "another order", "other words"
# Safe fixes after which the words are others, and why nobody minds.
FORGIVEN: dict[str, tuple[str, str]] = {
    "apt-get-without-yes": (ADDS, "without `-y` the build stops at the question"),
    "yum-without-yes": (ADDS, "as above"),
    "dnf-without-yes": (ADDS, "as above"),
    "zypper-without-yes": (ADDS, "as above"),
    "microdnf-without-yes": (ADDS, "as above"),
    "apt-lists-left": (ADDS, "deletes what was downloaded to install"),
    "pip-cache-left": (ADDS, "as above"),
    "yum-cache-left": (ADDS, "as above"),
    "dnf-cache-left": (ADDS, "as above"),
    "zypper-cache-left": (ADDS, "as above"),
    "yarn-cache-left": (ADDS, "as above"),
    "conda-cache-left": (ADDS, "as above"),
    "tool-cache-left": (ADDS, "as above"),
    "wget-progress": (ADDS, "less is printed"),
    "busybox-wget-progress": (ADDS, "less is printed"),
    "curl-without-fail": (ADDS, "a page that says 404 is no download"),
    "heredoc-without-errexit": (ADDS, "the script stops where a command fails, as a RUN of `&&` does"),
    "high-uid-useradd": (ADDS, "the same user without a file of gigabytes"),
    "variable-uid-useradd": (ADDS, "as above"),
    "global-arg-in-stage": (ADDS, "the ARG that was meant is declared in the stage"),
    "cache-mount-defeated": (DROPS, "the option that keeps the mounted cache empty"),
    "redundant-target-platform": (DROPS, "what Docker does anyway"),
    "unsorted-packages": (REORDERS, "one call installs all of them"),
    "apt-not-apt-get": (ANYTHING, "the same package manager by its other program"),
    "add-instead-of-copy": (ANYTHING, "COPY does the same with what is no archive and no address"),
    "maintainer-deprecated": (ANYTHING, "the label that stands for MAINTAINER"),
    "noninteractive-env-kept": (ANYTHING, "the variable for the build alone"),
    "world-readable-secret-mount": (ANYTHING, "the mode of a secret for its owner alone"),
    "apk-cache-left": (ANYTHING, "`--no-cache` fetches the index by itself, and keeps nothing of it"),
    "repeated-copy-destination": (JOINS, "one COPY brings what two brought"),
    "exec-form-one-word": (ANYTHING, "words in one string that no program has as its name"),
}


def official(texts: Sequence[str]) -> list[Parsed]:
    """Each text as the official parser reads it."""
    run = subprocess.run(
        [sys.executable, "-c", _OFFICIAL],
        input="".join(json.dumps(text) + "\n" for text in texts),
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in run.stdout.splitlines()]


# The normal form


Item = tuple[str, tuple[str, ...]]


def normal(parsed: Parsed) -> list[Item]:
    """The instructions in a form in which two files that mean the same are equal."""
    stages: list[list[Item]] = [[]]
    aliases: set[str] = set()
    for keyword, trigger, _, flags, words, heredocs in parsed:
        if keyword == "FROM":
            stages.append([])
            if len(words) > 2:
                aliases.add(words[2].lower())
        stages[-1] += _items(f"{keyword} {trigger}".strip(), flags, words, heredocs, aliases)
    return [item for stage in stages for item in _last_of_each(stage)]


def _items(keyword: str, flags: list[str], words: list[str], heredocs: list[str], aliases: set[str]) -> Iterator[Item]:
    options = sorted(flag.lower() if flag.lower().removeprefix("--from=") in aliases else flag for flag in flags)
    if keyword in ("ENV", "LABEL"):
        for key, value in zip(words[::2], words[1::2], strict=False):
            yield keyword, (*_plain([key]), "=", *_plain([value]))
    elif keyword == "ARG":
        for word in words:
            yield keyword, tuple(_plain([word]))
    elif keyword == "EXPOSE":
        for port in sorted({word.lower().rpartition(":")[2].removesuffix("/tcp") for word in words}):
            yield keyword, (port,)
    elif keyword == "FROM":
        image = words[0].lower() if words and words[0].lower() in aliases else "".join(words[:1])
        yield keyword, (*options, image, *(word.lower() for word in words[1:]))
    elif keyword in ("COPY", "ADD") and words:
        yield keyword, (*options, *_plain(words[:-1]), words[-1].rstrip("/") or "/", *_plain(heredocs))
    else:
        yield keyword, (*options, *_plain([*words, *heredocs]))


def _plain(words: Sequence[str]) -> list[str]:
    """Words without quotes, backslashes and the `exec` that the exec form does without."""
    text = " ".join(words).translate({ord(sign): None for sign in "'\"\\"})
    return text.removeprefix("exec ").split()


def _last_of_each(stage: list[Item]) -> list[Item]:
    """A stage without what a later instruction of it replaces, and with each port once."""
    last = {keyword: place for place, (keyword, _) in enumerate(stage)}
    kept = [
        item
        for place, item in enumerate(stage)
        if item[0] not in ("CMD", "ENTRYPOINT", "HEALTHCHECK") or last[item[0]] == place
    ]
    return [item for place, item in enumerate(kept) if item[0] != "EXPOSE" or item not in kept[:place]]


def same(before: Parsed, after: Parsed, rule: str) -> bool:
    """Whether the meaning is kept but for what the rule is about."""
    one, other = normal(before), normal(after)
    how = FORGIVEN.get(rule, ("", ""))[0]
    if how == ANYTHING:
        return len(one) == len(other) or rule == "noninteractive-env-kept"
    if how in (ADDS, DROPS):
        few, many = (one, other) if how == ADDS else (other, one)
        return _within(
            [word for item in few for word in _words(item)], [word for item in many for word in _words(item)]
        )
    if how == JOINS:
        return {word for item in one for word in _words(item)} == {word for item in other for word in _words(item)}
    if how == REORDERS:
        return [(key, sorted(words)) for key, words in one] == [(key, sorted(words)) for key, words in other]
    return one == other


def _words(item: Item) -> list[str]:
    return [item[0], *(part for word in item[1] for part in word.replace(";", " ; ").split())]


def _within(few: Sequence[str], many: Sequence[str]) -> bool:
    """Whether the words of one stand in the other, in their order."""
    rest = iter(many)
    return all(any(word == other for other in rest) for word in few)


# The fixes


class Tried(NamedTuple):
    """The fixes of one rule in one file, and the text that they make."""

    path: str
    rule: str
    safety: Safety
    fixes: int
    text: str
    refused: str


def tried(linter: Linter, folder: Path, paths: Sequence[str]) -> Iterator[Tried]:
    workspace = Workspace()
    targets = {path: workspace.target(os.path.join(folder, path)) for path in paths}
    result = linter.check(workspace, list(targets.values()))
    fixes: dict[tuple[int, str, Safety], list[Any]] = defaultdict(list)
    sources: dict[int, tuple[str, Dockerfile]] = {}
    for path, target in targets.items():
        document = workspace.project(target.root).document(target.path)
        if isinstance(document, Dockerfile):
            sources[id(document.source)] = path, document
    for finding in result.findings:
        fix, source = finding.fix, id(finding.span.source)
        if fix and source in sources and fix.edits and all(id(edit.span.source) == source for edit in fix.edits):
            fixes[source, finding.rule.name, fix.safety].append(fix)
    for (source, rule, safety), some in fixes.items():
        path, document = sources[source]
        chosen = without_overlap(list({id(fix): fix for fix in some}.values()))
        edits = [edit for fix in chosen for edit in fix.edits]
        text = apply_edits(document.source, edits)
        yield Tried(path, rule, safety, len(chosen), text, why_unsound(document, text, edits) or "")


def comments(text: str) -> Counter[str]:
    """The comments of a Dockerfile, directives among them, without those that silence.

    In lower case: a comment that is moved to the top becomes a directive, whose name is written in lower case.
    """
    document = parse(Source("Dockerfile", text))
    spans = [*(each.span for each in document.directives), *(each.span for each in document.comments)]
    found = (span.text.strip() for span in spans)
    return Counter(comment.lower() for comment in found if not silences(comment, document))


def settled(linter: Linter, folder: Path, path: str, safeties: Sequence[Safety]) -> tuple[str, list[str]]:
    """What the fixes of a file come to, and what is wrong with it."""
    workspace = Workspace()
    target = workspace.target(os.path.join(folder, path))
    before = (folder / path).read_bytes()
    first = Mending(linter, workspace, [target], safeties)
    after = first.content(target) or b""
    again = workspace.with_files({target.root: {target.path: after}})
    second = Mending(linter, again, [target], safeties)
    faults = [note for note in first.notes if "do not settle" in note]
    if second.content(target) != after:
        faults.append("a second run changes it")
    old, new = (content.decode("utf-8", "surrogateescape") for content in (before, after))
    if lost := comments(old) - comments(new):
        faults.append(f"lost {next(iter(lost))!r}")
    return new, faults


def dockerfiles(folder: Path) -> list[str]:
    found = []
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in (".git", "node_modules"))
        found += [
            os.path.relpath(os.path.join(where, name), folder)
            for name in sorted(names)
            if is_dockerfile_name(name.lower()) and Path(where, name).is_file()
        ]
    return found


def readable(text: str) -> str:
    """As the binding wants it: bytes that are no UTF-8 become the sign for that."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--show", type=int, default=10, help="how many faults of each rule to name")
    given = arguments.parse_args()
    folder = given.folder.resolve()
    paths = dockerfiles(folder)
    linter = Linter(choice=Choice(select=["ALL"]))
    originals = [readable((folder / path).read_bytes().decode("utf-8", "surrogateescape")) for path in paths]
    before = dict(zip(paths, official(originals), strict=True))

    results = list(tried(linter, folder, paths))
    table: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    shown: dict[str, list[str]] = defaultdict(list)
    for each, after in zip(results, official([readable(each.text) for each in results]), strict=True):
        count = table[each.rule, each.safety]
        count["tried"] += each.fixes
        fault = ""
        if each.refused:
            count["refused"] += each.fixes
            continue
        if isinstance(after, str):
            fault = "" if isinstance(before[each.path], str) else f"does not parse: {after}"
            count["broken"] += bool(fault)
        elif each.safety == "safe" and not isinstance(before[each.path], str):
            fault = "" if same(before[each.path], after, each.rule) else "means something else"
            count["changed"] += bool(fault)
        count["applied"] += each.fixes
        if fault:
            shown[each.rule].append(f"{each.path}: {fault}")

    columns = ("tried", "applied", "refused", "broken", "changed")
    print(f"{'rule':<34}{'':<8}" + "".join(f"{name:>9}" for name in columns))
    for (rule, safety), count in sorted(table.items(), key=lambda item: (item[0][1], item[0][0])):
        print(f"{rule:<34}{safety:<8}" + "".join(f"{count[name]:>9}" for name in columns))
    total = Counter[str]()
    for count in table.values():
        total += count
    print(f"{'all':<42}" + "".join(f"{total[name]:>9}" for name in columns))
    for rule, faults in sorted(shown.items()):
        for fault in faults[: given.show]:
            print(f"  {rule}: {fault}")

    runs: list[tuple[str, list[Safety]]] = [("--fix", ["safe"]), ("--unsafe-fixes", ["safe", "unsafe"])]
    for name, safeties in runs:
        mended = [settled(linter, folder, path, safeties) for path in paths]
        changed = sum(text != original for (text, _), original in zip(mended, originals, strict=True))
        faults = [f"{path}: {fault}" for path, (_, some) in zip(paths, mended, strict=True) for fault in some]
        parsed = official([readable(text) for text, _ in mended])
        faults += [
            f"{path}: does not parse: {after}"
            for path, after in zip(paths, parsed, strict=True)
            if isinstance(after, str) and not isinstance(before[path], str)
        ]
        print(f"{name}: {len(paths)} files, {changed} changed, {len(faults)} at fault", flush=True)
        for fault in faults:
            print(f"  {fault}")


if __name__ == "__main__":
    main()
