from __future__ import annotations

from posixpath import join

from dagdock.api import Bad, ComposeFile, Edit, Fix, Problem, Problems, Project, Service, Text, rule

from ._undefined import Undefined, brought_along, rename_or_declare, undefined


@rule(
    "DC012",
    severity="error",
    since="0.1",
    precision="very-high",
    fix="unsafe",
    lessons=["L26"],
    tags=["references"],
    bad=[
        Bad(
            "services:\n  db:\n    image: postgres:16\n    volumes:\n      - «data»:/var/lib/postgresql/data\n",
            fixed="services:\n  db:\n    image: postgres:16\n    volumes:\n      - data:/var/lib/postgresql/data\n\n"
            "volumes:\n  data:\n",
        ),
        Bad(
            {
                "compose.yaml": "services:\n  web:\n    image: nginx:1.27\n    volumes:\n      - «html»:/srv\n",
                "html/index.html": "",
            },
            fixed={"compose.yaml": "services:\n  web:\n    image: nginx:1.27\n    volumes:\n      - ./html:/srv\n"},
        ),
        Bad(
            {
                "compose.yaml": "services:\n  db:\n    extends:\n      «file: stores.yaml\n      service: db»\n",
                "stores.yaml": "services:\n  db:\n    image: postgres:16\n    volumes: [data:/data]\n"
                "volumes:\n  data:\n",
            }
        ),
    ],
    good=[
        "services:\n  db:\n    image: postgres:16\n    volumes: ['data:/var/lib/postgresql/data']\nvolumes:\n  data:\n",
        "services:\n  web:\n    image: nginx:1.27\n    volumes: [./html:/srv, /cache, '${DATA}:/data', 'c:/html:/x']\n",
    ],
)
def undefined_volume(file: ComposeFile, project: Project) -> Problems:
    """A service mounts a named volume that the file does not define.

    Compose refuses to start anything. A source without a slash is the name of a volume and needs an entry under the
    top-level `volumes`; an empty one (`data:`) is enough. A folder beside the file is meant? Then write `./data`.

    https://docs.docker.com/reference/compose-file/volumes/
    """
    for missing in undefined(file, project, "volumes", _named):
        if problem := brought_along(missing, "volumes"):
            yield problem
            continue
        is_path = _is_there(file, project, missing.name) or "/" in missing.name
        if is_path:
            remedy = f"For the folder beside the file write `./{missing.name}`"
        elif missing.close:
            remedy = f"Did you mean `{missing.close}`?"
        else:
            remedy = f"Add `{missing.name}:` there, or write `./{missing.name}` for a folder beside the file"
        yield Problem(
            missing.name,
            f"the volume `{missing.name}` has no entry under the top-level `volumes`, so Compose refuses the file. "
            + remedy,
            related=missing.related,
            fix=_as_path(file, missing) if is_path else rename_or_declare(file, "volumes", missing),
        )


def _named(service: Service) -> list[Text]:
    """The volumes that are named; a single letter is a Windows drive for Compose."""
    return [mount.source for mount in service.volumes if mount.is_named and mount.source and len(mount.source) > 1]


def _is_there(file: ComposeFile, project: Project, name: Text) -> bool:
    path = project.relative(join(file.directory_of(name), name))
    return bool(path and project.exists(path))


def _as_path(file: ComposeFile, missing: Undefined) -> Fix | None:
    if any(use.span.source is not file.source or use.span.text != use for use in missing.uses):
        return None
    edits = {use.span: Edit(use, f"./{use}") for use in missing.uses}
    return Fix(f"Write `./{missing.name}`", edits.values(), "unsafe")
