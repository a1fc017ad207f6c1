"""DAG files for `dagdock graph`: DAGs with their tasks and what follows what, as pictures."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from posixpath import commonprefix
from typing import TYPE_CHECKING

from dagdock.report.terminal import shortened
from dagdock.views.graph_picture import Edge, Fact, Group, Node, Picture

if TYPE_CHECKING:
    from dagdock.dag import DagModule
    from dagdock.dag.evaluation import BuildError, BuiltDag, BuiltTask, Doubt
    from dagdock.project import Project

ALL_DRAWN = 20  # so many tasks are drawn one by one
MANY = 40  # with more nodes, groups are drawn closed, and tasks between the same neighbours as one
ALIKE = 3  # so many of one loop, or between the same neighbours, are drawn as one
NOTES = 6
GROUP_SIGNS = 44
BETWEEN = "_-. "  # signs that end a word in a name


def as_pictures(module: DagModule, project: Project) -> list[Picture]:
    """One picture for each DAG of a file; of DAGs that a loop makes, the first one with the number of the others."""
    built = project.built(module)
    pictures: list[Picture] = []
    of_place: dict[Hashable, list[BuiltDag]] = {}
    for dag in built.dags:
        of_place.setdefault(id(dag.node) if dag.loops else id(dag), []).append(dag)
    for dags in of_place.values():
        like = dags if len(dags) >= ALIKE else []
        others = [one.dag_id or "?" for one in like[1:]]
        pictures += [_picture(dag, module, others) for dag in (dags[:1] if like else dags)]
    notes = _notes(built.unknown)
    notes += _refused(built.errors, [*built.unknown, *(doubt for dag in built.dags for doubt in dag.unknown)])
    if notes and pictures:
        pictures[0].notes += notes
    elif notes:
        pictures.append(Picture(module.source.path, "no DAG that is surely made", [], [], notes=notes))
    return pictures


def _picture(dag: BuiltDag, module: DagModule, others: Sequence[str]) -> Picture:
    shown = _Shown(dag)
    notes = _notes(dag.unknown)
    if dag.possible:
        notes.insert(0, "it is not known whether this DAG is made")
    notes += _refused(dag.errors, dag.unknown)
    if others:
        notes.append(f"the same loop makes {len(others)} DAGs more: {_listed(others)}")
    title = dag.dag_id or "a DAG whose id is not known"
    return Picture(title, _about(dag), *shown.parts(), notes, where=f"{module.source.path}:{dag.line}")


def _about(dag: BuiltDag) -> str:
    words: list[str] = []
    for count, noun in ((dag.task_count, "task"), (dag.edge_count, "dependency")):
        number = count.at_least
        plural = noun if number == 1 else f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
        words.append(f"{'' if count.exact else 'at least '}{number} {plural}")
    schedule = dag.arguments.get("schedule", dag.arguments.get("schedule_interval"))
    if isinstance(schedule, str):
        words.append(f"schedule {schedule}")
    return ", ".join(words)


def _notes(doubts: Sequence[Doubt]) -> list[str]:
    by_place: dict[str, str] = {}  # the first reason says what the others follow from
    for each in doubts:
        by_place.setdefault(f"{each.path}:{each.line}" if each.path else f"line {each.line}", each.reason)
    found = [f"not known, {place}: {reason}" for place, reason in by_place.items()]
    more = len(found) - NOTES
    return found if more < 2 else [*found[:NOTES], f"and {more} places more that are not known"]


def _refused(errors: Sequence[BuildError], doubts: Sequence[Doubt]) -> list[str]:
    """What Airflow would not load, where no doubt says so already."""
    told = {doubt.line for doubt in doubts}
    notes = [f"line {error.line}: Airflow does not load this: {error.message}" for error in errors]
    return list(dict.fromkeys(note for note, error in zip(notes, errors, strict=True) if error.line not in told))[
        :NOTES
    ]


class _Shown:
    """A DAG as few enough boxes to be looked at: tasks of one loop as one, closed groups, tasks between the same
    neighbours as one, each step only where the ones before leave too many."""

    def __init__(self, dag: BuiltDag) -> None:
        self._dag = dag
        self._parents = _parents(dag.groups)
        self._group_of = {group: group for group in dag.groups}  # by group, the one that stands for it
        self._same_groups: dict[str, list[str]] = {group: [group] for group in dag.groups}
        self._boxes: dict[Hashable, list[BuiltTask]] = {id(task): [task] for task in dag.tasks}
        if len(dag.tasks) > ALL_DRAWN:
            self._merge_groups()
            self._merge_loops()
        self._closed: set[str] = set()
        if len(self._boxes) > MANY:
            self._close_groups()
        if len(self._boxes) > MANY:
            self._merge_alike()

    def parts(self) -> tuple[list[Node], list[Edge], list[Group]]:
        key_of = {id(task): f"t{number}" for number, tasks in enumerate(self._boxes.values()) for task in tasks}
        nodes = [self._node(key_of[id(tasks[0])], tasks) for tasks in self._boxes.values()]
        edges: dict[tuple[str, str], bool] = {}
        for start, end in self._dag.edges():
            pair = key_of[id(start)], key_of[id(end)]
            unsure = start.possible or end.possible
            if pair[0] != pair[1]:
                edges[pair] = edges.get(pair, True) and unsure
        used = {node.group for node in nodes}
        waiting = list(used)
        while waiting:
            group = waiting.pop()
            parent = self._parent(group) if group else None
            if parent not in used:
                used.add(parent)
                waiting.append(parent)
        groups = [
            Group(group, self._group_title(group), self._parent(group))
            for group in self._dag.groups
            if group in used and self._group_of[group] == group
        ]
        return nodes, [Edge(*pair, uncertain=unsure) for pair, unsure in edges.items()], groups

    def _parent(self, group: str) -> str | None:
        parent = self._parents[group]
        return self._group_of[parent] if parent is not None else None

    def _home(self, task: BuiltTask) -> str | None:
        """The group that a task is drawn in."""
        group = self._group_of.get(task.group) if task.group else None
        outer = group
        while outer is not None:
            if outer in self._closed:
                group = self._parent(outer)
            outer = self._parent(outer)
        return group

    def _merge_groups(self) -> None:
        """Groups that a loop makes, known by the calls in them, stand for each other."""
        made: dict[str, set[int]] = {group: set() for group in self._dag.groups}
        for task in self._dag.tasks:
            group = task.group
            while group is not None and group in made:
                made[group].add(id(task.node))
                group = self._parents[group]
        first: dict[Hashable, str] = {}
        for group in self._dag.groups:  # outer ones first
            parent = self._parents[group]
            key = (self._group_of[parent] if parent else None, frozenset(made[group]))
            same = first.setdefault(key, group) if made[group] else group
            if same != group:
                self._group_of[group] = same
                self._same_groups[same].append(group)

    def _merge_loops(self) -> None:
        """Tasks of one call in a loop are one box."""
        boxes: dict[Hashable, list[BuiltTask]] = {}
        for task in self._dag.tasks:
            merged = task.group is not None and self._group_of.get(task.group, task.group) != task.group
            repeated = bool(task.loops) or merged or len(self._same_groups.get(task.group or "", ())) > 1
            key: Hashable = (id(task.node), self._group_of.get(task.group or "")) if repeated else id(task)
            boxes.setdefault(key, []).append(task)
        self._boxes = {}
        for key, tasks in boxes.items():
            if len(tasks) >= ALIKE or any(len(self._same_groups.get(task.group or "", ())) > 1 for task in tasks):
                self._boxes[key] = tasks
            else:
                self._boxes |= {id(task): [task] for task in tasks}

    def _close_groups(self) -> None:
        """The largest groups become one box each, until few enough are left."""
        sizes: dict[str, int] = {}
        for tasks in self._boxes.values():
            group = self._home(tasks[0])
            while group is not None:
                sizes[group] = sizes.get(group, 0) + 1
                group = self._parent(group)
        for group in sorted(sizes, key=lambda each: (-sizes[each], each)):
            if len(self._boxes) <= MANY or sizes[group] < ALIKE or self._is_closed(group):
                continue
            self._closed.add(group)
            boxes: dict[Hashable, list[BuiltTask]] = {}
            for key, tasks in self._boxes.items():
                outer = self._group_of.get(tasks[0].group or "")
                while outer is not None and outer != group:
                    outer = self._parent(outer)
                boxes.setdefault(key if outer is None else ("group", group), []).extend(tasks)
            self._boxes = boxes

    def _is_closed(self, group: str | None) -> bool:
        while group is not None:
            if group in self._closed:
                return True
            group = self._parent(group)
        return False

    def _merge_alike(self) -> None:
        """Boxes of one kind between the same neighbours become one; twice, for others may be alike then."""
        for _ in range(2):
            box_of = {id(task): key for key, tasks in self._boxes.items() for task in tasks}
            before: dict[Hashable, set[Hashable]] = {key: set() for key in self._boxes}
            behind: dict[Hashable, set[Hashable]] = {key: set() for key in self._boxes}
            for start, end in self._dag.edges():
                behind[box_of[id(start)]].add(box_of[id(end)])
                before[box_of[id(end)]].add(box_of[id(start)])
            alike: dict[Hashable, list[Hashable]] = {}
            for key, tasks in self._boxes.items():
                kinds = frozenset(task.operator for task in tasks) if key not in self._closed else key
                place = (self._home(tasks[0]), kinds, frozenset(before[key]), frozenset(behind[key]))
                alike.setdefault(place, []).append(key)
            boxes: dict[Hashable, list[BuiltTask]] = {}
            for keys in alike.values():
                if len(keys) >= ALIKE:
                    boxes[keys[0]] = [task for key in keys for task in self._boxes[key]]
                else:
                    boxes |= {key: self._boxes[key] for key in keys}
            self._boxes = boxes

    def _node(self, key: str, tasks: Sequence[BuiltTask]) -> Node:
        first = tasks[0]
        home = self._home(first)
        closed = next((group for group in self._closed if self._stands_for(group, tasks)), None)
        unsure = all(task.possible for task in tasks) or any(task.task_id is None for task in tasks)
        if closed is not None:
            title = self._group_title(closed)
            return Node(key, title, "many", f"group of {len(tasks)} tasks", group=home, uncertain=unsure)
        operators = list(dict.fromkeys(task.operator_name for task in tasks))
        kind, badges = _kind(first)
        if len(tasks) > 1:
            badges = [*badges, f"× {len(tasks)}"]
            kind = "many" if kind == "task" else kind
        if any(task.mapped for task in tasks):
            badges.append("[n]")
        rule = first.trigger_rule
        facts = [Fact("runs when", rule)] if rule and rule != "all_success" and not first.is_teardown else []
        ids = [task.own_id if home else task.task_id for task in tasks]
        title = _pattern([each if each is not None else "?" for each in ids])
        return Node(key, title, kind, _listed(operators), badges=badges, facts=facts, group=home, uncertain=unsure)

    def _stands_for(self, group: str, tasks: Sequence[BuiltTask]) -> bool:
        outer = self._group_of.get(tasks[0].group or "")
        while outer is not None and outer != group:
            outer = self._parent(outer)
        return outer is not None

    def _group_title(self, group: str) -> str:
        same = [each.rpartition(".")[2] for each in self._same_groups[group]]
        return same[0] if len(same) == 1 else f"{shortened(_pattern(same), GROUP_SIGNS)} × {len(same)}"


def _parents(groups: Sequence[str]) -> dict[str, str | None]:
    """The group around each, by the ids: the longest one that is a prefix."""
    known = set(groups)
    found: dict[str, str | None] = {}
    for group in groups:
        parent = group.rpartition(".")[0]
        while parent and parent not in known:
            parent = parent.rpartition(".")[0]
        found[group] = parent or None
    return found


def _kind(task: BuiltTask) -> tuple[str, list[str]]:
    """The kind of a task's node, and the words for it."""
    name = task.operator_name
    if task.is_teardown:
        return "teardown", ["teardown"]
    if task.is_setup:
        return "setup", ["setup"]
    if name.endswith(("Sensor", "SensorAsync")) or name.startswith("@task.sensor"):
        return "sensor", ["sensor"]
    if "Branch" in name or name.startswith("@task.branch"):
        return "branch", ["branch"]
    if name.startswith(("ShortCircuit", "@task.short_circuit", "LatestOnly")):
        return "branch", ["may stop here"]
    return ("empty" if name in ("EmptyOperator", "DummyOperator") else "task"), []


def _pattern(names: Sequence[str]) -> str:
    """What names have in common, with `…` for what differs: `load_…_daily`."""
    if len(set(names)) == 1:
        return names[0]
    start = commonprefix(names)
    end = commonprefix([name[len(start) :][::-1] for name in names])[::-1]
    # Letters that happen to be the same belong to what differs.
    start = start[: max((start.rfind(sign) + 1 for sign in BETWEEN), default=0)]
    end = end[min((place for sign in BETWEEN if (place := end.find(sign)) >= 0), default=len(end)) :]
    return f"{start}…{end}" if start or end else _listed(names)


def _listed(names: Sequence[str]) -> str:
    """`a, b, c … z`."""
    return ", ".join(names) if len(names) <= 4 else f"{', '.join(names[:3])} … {names[-1]}"
