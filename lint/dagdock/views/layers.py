"""`dagdock layers`: what each layer of an image depends on, and which of them a change rebuilds."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from dagdock.dockerfile import Copy, Dockerfile, Stage
from dagdock.layers import BuildGraph, Change, Layer, Rebuild, rebuilt_by
from dagdock.layers.sources import clean
from dagdock.report.terminal import Terminal, printable, shortened, wants_color, width_of
from dagdock.spelling import nearest
from dagdock.workspace import Workspace

if TYPE_CHECKING:
    from dagdock.project import BuildContext

REBUILT, MAY, CACHED, NO_LAYER, NOT_BUILT = "rebuilt", "may rebuild", "cached", "no layer", "not built"
CODE_WIDTH = 52


class Row(NamedTuple):
    """One instruction as it is shown: `status` is empty where no change was asked about."""

    layer: Layer
    status: str
    because: str
    rebuild: Rebuild | None


class View:
    """A build graph and what a change does to it, ready to be shown."""

    def __init__(self, graph: BuildGraph, change: Change | None = None, context: str | None = None) -> None:
        """`context` is the folder of the context as the user sees it."""
        self.graph = graph
        self.change = change
        self.context = context
        found = rebuilt_by(graph, change) if change else []
        self._rebuilds = {id(rebuild.layer): rebuild for rebuild in found}

    @property
    def title(self) -> str:
        return self.graph.dockerfile.source.path

    def rows(self, layers: Sequence[Layer], built: bool) -> Iterator[Row]:
        for layer in layers:
            rebuild = self._rebuilds.get(id(layer))
            status = ""
            if not built:
                status = NOT_BUILT
            elif layer.makes == "config":
                status = NO_LAYER
            elif self.change is not None:
                status = CACHED if rebuild is None else REBUILT if rebuild.certain else MAY
            yield Row(layer, status, _because(rebuild) if rebuild else "", rebuild)

    def inputs(self, layer: Layer) -> str:
        """What a layer's cache key depends on beside its own text, in words."""
        return ", ".join(each.text for each in self.graph.inputs(layer) if each.text != "its own text")

    @property
    def summary(self) -> str:
        """`2 of 7 layers are rebuilt, 1 more may be`."""
        total = sum(layer.makes != "config" for layer in self.graph.layers())
        noun = "layer" if total == 1 else "layers"
        if self.change is None:
            return f"{total} {noun}"
        certain = sum(rebuild.certain for rebuild in self._rebuilds.values())
        perhaps = len(self._rebuilds) - certain
        if not self._rebuilds:
            return f"no layer of {total} is rebuilt"
        if not certain:
            return f"{perhaps} of {total} {noun} may be rebuilt"
        more = f", {perhaps} more may be" if perhaps else ""
        return f"{certain} of {total} {noun} {'is' if certain == 1 else 'are'} rebuilt{more}"

    @property
    def changed(self) -> list[str]:
        """What changed, in words."""
        if self.change is None:
            return []
        return [*self.change.paths, *(f"ARG {name}" for name in self.change.args), *self.change.remote]


def _because(rebuild: Rebuild) -> str:
    cause = rebuild.cause
    if cause is None or rebuild.because.startswith("if "):
        return rebuild.because
    if cause.because.startswith("if "):
        return f"{rebuild.because}, {cause.because.replace(' it ', ' that ', 1)}"
    return f"{rebuild.because}, which {cause.because}"


class UsageError(Exception):
    """What was asked cannot be answered; the message says what to do."""


def layers_command(arguments: argparse.Namespace) -> int:
    """`dagdock layers DOCKERFILE`. Gives the exit status: 0, or 2 where the question cannot be answered."""
    import gc

    gc.disable()  # all that is made is kept to the end
    try:
        view, notes = _view(arguments)
    except UsageError as problem:
        print(f"dagdock: {problem}", file=sys.stderr)
        return 2
    for note in notes:
        print(f"dagdock: {note}", file=sys.stderr)
    if arguments.format == "json":
        import json

        print(json.dumps(as_json(view), ensure_ascii=True, indent=1))
    elif arguments.format == "svg":
        from dagdock.views.layers_svg import as_svg

        print(as_svg(view), end="")
    else:
        show(view, Terminal(sys.stdout, color=wants_color(sys.stdout)))
    return 0


def show(view: View, terminal: Terminal) -> None:
    """The layers as a table, stage by stage."""
    graph = view.graph
    terminal.line(f"{terminal.paint(printable(view.title), 'strong')}  context: {_context_name(view)}")
    if view.changed:
        terminal.line(f"changed: {', '.join(printable(name) for name in view.changed)}")
    for stage in graph.stages:
        terminal.line()
        note = "" if stage.built else "  not built: nothing that is built needs it"
        terminal.line(f"{terminal.paint(printable(stage.title), 'strong')}{terminal.paint(note, 'dim')}")
        for row in view.rows(stage.layers, stage.built):
            terminal.line(_row(row, view, terminal))
    terminal.line()
    terminal.line(view.summary)


STYLES = {REBUILT: "error", MAY: "warning", CACHED: "good", NO_LAYER: "dim", NOT_BUILT: "dim"}


def _row(row: Row, view: View, terminal: Terminal) -> str:
    code = shortened(printable(row.layer.text), CODE_WIDTH)
    code += " " * (CODE_WIDTH - width_of(code))
    if view.change is None and row.status != NOT_BUILT:
        inputs = view.inputs(row.layer)
        shown = terminal.paint(printable(inputs), "related") if inputs else terminal.paint(row.status, "dim")
        return f"{row.layer.line:>5}  {code}  {shown}"
    status = terminal.paint(row.status.ljust(len(MAY)), STYLES[row.status])
    return f"{row.layer.line:>5}  {code}  {status}  {printable(row.because)}"


def as_json(view: View) -> dict[str, Any]:
    """The layers for scripts; keys in a fixed order."""
    graph, change = view.graph, view.change
    context = graph.context
    ignore = context.ignore_file if context else None
    return {
        "version": 1,
        "path": view.title,
        "context": view.context,
        "ignore_file": ignore.source.path if ignore else None,
        "target": _stage_name(graph.target) if graph.target else None,
        "changed": {"paths": change.paths, "args": change.args, "remote": change.remote} if change else None,
        "summary": view.summary,
        "stages": [
            {
                "name": stage.title,
                "index": stage.stage.index,
                "line": stage.stage.span.line,
                "base": stage.stage.base,
                "built": stage.built,
                "layers": [_as_json(row, view) for row in view.rows(stage.layers, stage.built)],
            }
            for stage in graph.stages
        ],
    }


def _as_json(row: Row, view: View) -> dict[str, Any]:
    layer = row.layer
    found: dict[str, Any] = {
        "line": layer.line,
        "instruction": layer.instruction.name,
        "text": layer.text,
        "makes": layer.makes,
        "depends_on": [{"kind": each.kind, "text": each.text, "line": each.line} for each in view.graph.inputs(layer)],
    }
    if view.change is not None or row.status == NOT_BUILT:
        found["status"] = row.status.replace(" ", "-")
    if row.rebuild is not None:
        found["because"] = [
            {"line": link.layer.line, "text": link.because, "certain": link.certain} for link in row.rebuild.chain()
        ]
    return found


def _stage_name(stage: Stage) -> str:
    return str(stage.name) if stage.name else f"stage-{stage.index}"


def _context_name(view: View) -> str:
    context = view.graph.context
    ignore = context.ignore_file if context else None
    return f"{view.context or 'unknown'}{f', without what {ignore.source.path} names' if ignore else ''}"


# From the command line to the view


def _view(arguments: argparse.Namespace) -> tuple[View, list[str]]:
    workspace = Workspace()
    full = os.path.abspath(arguments.dockerfile)
    if os.path.isdir(full):
        full = os.path.join(full, "Dockerfile")
    target = workspace.target(full)
    project = workspace.project(target.root)
    if project.facts.read(target.path) is None:
        raise UsageError(f"{arguments.dockerfile}: {workspace.why_unreadable(target) or 'no such file'}")
    dockerfile = project.dockerfile(target.path)
    if dockerfile is None:
        raise UsageError(f"{arguments.dockerfile} cannot be read as a Dockerfile")
    contexts = project.contexts_of(dockerfile)
    notes: list[str] = []
    if arguments.context is not None:
        folder = project.relative(os.path.abspath(arguments.context))
        if folder is None or not project.facts.is_dir(folder):
            raise UsageError(f"--context {arguments.context}: no folder of the project {target.root}")
        context = project.context_at(folder, dockerfile)
    else:
        context = contexts[0]
        if len(contexts) > 1:
            others = ", ".join(each.folder for each in contexts[1:])
            notes.append(f"{context.folder} is taken as the context; it is also built from {others}: see --context")
    stage = _target_stage(dockerfile, arguments.target)
    graph = BuildGraph(dockerfile, context, stage)
    if not arguments.changed and not arguments.changed_arg:
        return View(graph, None, project.shown(context.folder)), notes
    paths: list[str] = []
    remote: list[str] = []
    known = _remote_names(dockerfile)
    for name in arguments.changed:
        if name in known or "://" in name:
            remote.append(name)
        else:
            path = _in_context(name, context, os.path.join(target.root, context.folder))
            if path == ".." or path.startswith("../"):
                notes.append(f"{name} lies outside the context {context.folder}, so no layer takes it")
            else:
                paths.append(path)
    change = Change(paths, [name.partition("=")[0] for name in arguments.changed_arg], remote)
    notes += _notes(change, graph, known)
    return View(graph, change, project.shown(context.folder)), notes


def _target_stage(dockerfile: Dockerfile, name: str | None) -> Stage | None:
    if name is None:
        return None
    stage = dockerfile.stage_named(name)
    if stage is None:
        names = [str(each.name) for each in dockerfile.stages if each.name]
        meant = nearest(name, names)
        hint = f"; did you mean `{meant}`?" if meant else f"; there is {', '.join(names)}" if names else ""
        raise UsageError(f"--target {name}: the file has no stage of that name{hint}")
    return stage


def _remote_names(dockerfile: Dockerfile) -> set[str]:
    """The images that FROM and COPY --from name."""
    found: set[str] = set()
    for stage in dockerfile.stages:
        if stage.parent is None and stage.image_word and not stage.is_scratch:
            found |= {stage.image_word.raw, stage.base or ""}
        for copy in stage.all_of(Copy):
            if copy.from_ and copy.from_.value and copy.from_stage is None:
                found.add(str(copy.from_.value))
    return found


def _in_context(name: str, context: BuildContext, folder: str) -> str:
    """A path of the command line as the context has it: from the working directory where it is there, else as given."""
    full = os.path.abspath(name)
    inside = os.path.relpath(full, folder).replace(os.sep, "/")
    outside = inside == ".." or inside.startswith("../")
    if os.path.isabs(name) or (os.path.lexists(full) and not outside) or name.startswith(".."):
        return inside
    if outside or context.exists(name):
        return clean(name)
    return inside


def _notes(change: Change, graph: BuildGraph, known: set[str]) -> Iterator[str]:
    """What the user should know about the answer: paths that are not sent, arguments that nobody declares."""
    context = graph.context
    for path in change.paths:
        if context is None:
            break
        if context.ignored(path) and context.ignore_file:
            pattern = context.ignore_file.decides(path)
            line = f" (line {pattern.span.line})" if pattern else ""
            yield f"{path} is left out by {context.ignore_file.source.path}{line}, so no layer takes it"
        elif context.path(path) == graph.dockerfile.source.path:
            yield f"{path} is the Dockerfile itself: an instruction with another text is rebuilt as well"
    declared = {str(pair.key) for each in graph.dockerfile.instructions if each.name == "ARG" for pair in _pairs(each)}
    for name in change.args:
        if name not in declared and not name.startswith(("TARGET", "BUILD", "SOURCE_DATE_EPOCH")):
            meant = nearest(name, declared)
            hint = f"; did you mean {meant}?" if meant else ""
            yield f"no ARG declares {name}, so its value changes nothing{hint}"
    for name in change.remote:
        if name not in known and not any(name in each.body.text for each in graph.dockerfile.instructions):
            yield f"no instruction names {name}"


def _pairs(instruction: Any) -> list[Any]:
    pairs: list[Any] = instruction.pairs
    return pairs
