"""Follows a DAG file from its first statement to its last, and collects the DAGs as Airflow would."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dagdock.dag.evaluation.frames import Frame
from dagdock.dag.evaluation.graph import Dag
from dagdock.dag.evaluation.result import BuildError, BuiltDag, BuiltFile, Doubt
from dagdock.dag.evaluation.state import Surroundings
from dagdock.dag.evaluation.statements import Statements
from dagdock.dag.evaluation.values import Exhausted, Raised, Unknown

if TYPE_CHECKING:
    from dagdock.dag.module import DagModule


class Alone:
    """A file without a project around it."""

    def path_of(self, module: DagModule) -> str:
        return module.source.path

    def file_name(self, path: str) -> str:
        return "/" + path.lstrip("/")

    def module(self, name: str, level: int, path: str) -> tuple[DagModule, str] | None:
        return None

    def read(self, name: str, path: str) -> bytes | None:
        return None

    def names(self, name: str, path: str) -> list[tuple[str, bool]] | None:
        return None


class Interpreter(Statements):
    """One evaluation of one file."""

    def __init__(self, major: int, surroundings: Surroundings) -> None:
        super().__init__(major, surroundings)

    def file_name(self, path: str) -> str:
        return self.surroundings.file_name(path)

    def run(self, module: DagModule) -> BuiltFile:
        path = self.surroundings.path_of(module)
        frame = Frame("module", module=module)
        frame.path = path
        frame.names["__name__"] = "unusual_prefix_" + path.rpartition("/")[2].removesuffix(".py")
        frame.names["__file__"] = self.file_name(path)
        self._follow(module, frame, path)
        found = self._collect(frame, path)
        # Functions know the names around them, and those know the functions: without this all that was made in between
        # stays for good, as nobody looks for garbage during a run.
        for one in (frame, *(value.frame for value in self.frame_of_module.values())):
            one.names = {}
        return found

    def _follow(self, module: DagModule, frame: Frame, path: str) -> None:
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, 6000))
        try:
            self.execute(module.tree.body, frame)
        except Raised as problem:
            self.back_to(0)
            message = f"{problem.name}: {problem.message}" if problem.message else problem.name
            self.errors.append(("raises", problem.line, message, None, None))
            self.doubt_all(Unknown(f"the file raises {message}", problem.line, path))
        except Exhausted as reached:
            self.back_to(0)
            self.doubt_all(Unknown(reached.reason, reached.line, path))
        except (RecursionError, MemoryError):
            self.back_to(0)
            self.doubt_all(Unknown("nested too deep to follow", 1, path))
        finally:
            sys.setrecursionlimit(limit)

    def _collect(self, frame: Frame, path: str) -> BuiltFile:
        found: dict[int, Dag] = dict(self.collected)
        for value in frame.names.values():
            if isinstance(value, Dag):
                found[id(value)] = value
        open_end = self.taint_of(frame.names) or frame.names.get("*")
        if isinstance(open_end, Unknown):
            for dag in self.dags:
                if id(dag) not in found:
                    dag.doubt(open_end)
                    found[id(dag)] = dag
        ordered = [dag for dag in self.dags if id(dag) in found]
        for dag in ordered:
            if isinstance(dag.dag_id, Unknown):
                dag.doubt(dag.dag_id)
        seen: dict[str, Dag] = {}
        for dag in ordered:
            if isinstance(dag.dag_id, str):
                if dag.dag_id in seen:
                    for one in (seen[dag.dag_id], dag):
                        one.doubt(Unknown(f"the dag_id {dag.dag_id} is used twice", one.place.line, path))
                seen[dag.dag_id] = dag
        return BuiltFile(
            [BuiltDag(dag, self.displays, path) for dag in ordered],
            [Doubt(one.line, one.reason, None if one.path == path else one.path) for one in self.unknown],
            [Doubt(one.line, one.reason, None if one.path == path else one.path) for one in self.assumed],
            [BuildError(*error) for error in self.errors],
        )


def may_make_dags(content: str) -> bool:
    """Whether Airflow looks into a file at all: both words must be in it."""
    lower = content.lower()
    return "dag" in lower and "airflow" in lower


def build(module: DagModule, surroundings: Surroundings | None = None, major: int = 2) -> BuiltFile:
    """What a file makes for an Airflow of that major version. Never raises, never runs anything of the file."""
    if module.faults or not may_make_dags(module.source.text):
        return BuiltFile([], [], [], [])
    return Interpreter(major, surroundings or Alone()).run(module)
