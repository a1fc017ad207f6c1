"""Entries of the top-level `volumes`, `networks`, `secrets` and `configs` that nothing uses."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from dagdock.api import ComposeFile, Fix, Mapping, Project, Resource, Service

from ._edits import written_entry
from ._model import Kind, files_beside, is_extended, whole_model


def unused(
    file: ComposeFile, project: Project, kind: Kind, uses: Callable[[Service], Iterable[str | None]]
) -> Iterator[Resource]:
    """The entries that no service uses; none where the model is not known whole, or a use is not known."""
    resources: dict[str, Resource] = getattr(file, kind)
    model = whole_model(file, project) if resources and file.services else None
    if model is None or file.faults or file.include or is_extended(file, project):
        return
    used = {name for service in model.services.values() for name in uses(service)}
    if None in used or not all(service.complete for service in model.services.values()):
        return
    for name, resource in resources.items():
        is_written_here = resource.span.source is file.source
        external = resource.value("external")
        may_be_external = external is not None and external.resolved is None
        if name in used or not is_written_here or may_be_external:
            continue
        if not _is_used_beside(file, project, kind, name, uses):
            yield resource


def _is_used_beside(
    file: ComposeFile, project: Project, kind: Kind, name: str, uses: Callable[[Service], Iterable[str | None]]
) -> bool:
    """Whether another Compose file uses it: one that is run with this one, or one to which it belongs as external."""
    others = files_beside(file, project, name)
    return any(name in uses(service) for other in others for service in other.services.values())


def with_section(file: ComposeFile, kind: Kind, gone: Collection[Resource]) -> str:
    """What else to delete, behind "delete the entry": the section in which nothing would be left, for Compose refuses
    an empty one."""
    if len(gone) < len(getattr(file, kind)):
        return ""
    return f", and `{kind}:` with {'the last one' if len(gone) > 1 else 'it'}"


def take_out(file: ComposeFile, kind: Kind, resource: Resource) -> Fix | None:
    """Delete the entry, the whole section where nothing else is in it."""
    documents = file.tree.documents
    root = documents[0].root if len(documents) == 1 else None
    section = written_entry(root, kind) if isinstance(root, Mapping) and not root.flow else None
    body = section.value if section else None
    if section is None or not isinstance(body, Mapping) or body.flow or section.value.anchor is not None:
        return None
    entry = next((entry for entry in body.entries if entry.name == resource.name), None)
    if entry is None or "&" in entry.span.text:
        return None
    gone = section if len(body.entries) == 1 else entry
    above = gone.span.line - 1
    if above and file.source.line_span(above).text.lstrip().startswith("#"):
        return None  # what the comment is about would no longer be there
    return Fix.delete_lines(f"Delete `{resource.name}`", gone, "unsafe")
