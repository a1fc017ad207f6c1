from __future__ import annotations

import re
from posixpath import basename, dirname, join

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, Related, ShapeFault, rule

from ._model import is_included
from ._shape import faults_of

_MOST = 50  # files of a folder of environments that are read


@rule(
    "DC026",
    severity="error",
    since="0.1",
    precision="high",
    lessons=["L24"],
    bad=[
        Bad("services:\n  db:\n    image: postgres:16\n    volumes:\n      - «${DATA}»:/var/lib/postgresql/data\n"),
        Bad(
            {
                "compose.yaml": "services:\n  web:\n    image: nginx:1.27\n    mem_limit: «${MEMORY}»\n",
                ".env": "MEM=512m\n",
            }
        ),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n    volumes: ['${DATA:-./data}:/a', '${LOGS:?say where}:/b']\n"
        "    environment:\n      MODE: ${MODE}\n    ports: ['${PORT}:80']\n",
        {
            "compose.yaml": "services:\n  web:\n    image: nginx:1.27\n    volumes: ['${DATA}:/a']\n",
            ".env.example": "DATA=./data\n",
        },
    ],
)
def unset_variable(file: ComposeFile, project: Project) -> Problems:
    """A variable without a value where Compose cannot do with an empty text.

    Compose warns, puts in nothing and then refuses the file: `${DATA}:/data` becomes `:/data`. Write a default
    (`${DATA:-./data}`), or have Compose say what to do (`${DATA:?set it in .env}`). Variables that a `.env`, or a
    sample of one beside the file (`.env.example`), names are taken to be set. A file says it once.

    https://docs.docker.com/reference/compose-file/interpolation/
    """
    if is_included(file, project):
        return
    places: dict[str, list[ShapeFault]] = {}
    # In the order in which Compose stumbles over them.
    for fault in (*faults_of(file, "unset-entry"), *faults_of(file, "unset-variable")):
        places.setdefault(fault.instead or "", []).append(fault)
    unset = {name: faults for name, faults in places.items() if not _is_named_beside(file, project, name)}
    if not unset or not {"template", "tmpl", "tpl"}.isdisjoint(
        re.split(r"[^a-z]+", basename(file.source.path).lower())
    ):
        return  # who makes a file of the template gives the values
    name, (fault, *others) = next(iter(unset.items()))
    also = f"; the same holds for {len(unset) - 1} more" if len(unset) > 1 else ""
    remedy = f"Write a default: `${{{name}:-…}}`, or demand a value: `${{{name}:?…}}`{also}"
    others += [each for faults in [*unset.values()][1:] for each in faults]
    related = [Related(other, other.message) for other in others]
    yield Problem(fault, f"{fault.message}. {remedy}", related=related)


def _is_named_beside(file: ComposeFile, project: Project, name: str) -> bool:
    """Whether something in the same folder, the one above or at the top of the project gives a variable its value: a
    file of an environment or a sample of one, or a script."""
    own = dirname(project.path_of(file.source.whole) or "")
    given = re.compile(rb"(?:\bexport[ \t]+|^[ \t]*|[ \t])" + re.escape(name.encode()) + rb"[ \t]*[:?]?=", re.MULTILINE)
    exported = b"export " + name.encode() + b"="
    for folder in {own, dirname(own), ""}:
        for other in project.facts.names(folder or "."):
            path, lower = join(folder, other), other.lower()
            if "env" in lower and not lower.endswith((".yml", ".yaml", ".py")):
                within = [join(path, inner) for inner in project.facts.names(path)[:_MOST]] or [path]
                if any(name.encode() in (project.facts.read(each) or b"") for each in within):
                    return True
            is_script = lower.endswith((".sh", ".mk")) or other in ("Makefile", "makefile", "justfile")
            if is_script and given.search(project.facts.read(path) or b""):
                return True
            if lower.startswith("readme") and exported in (project.facts.read(path) or b""):
                return True  # who reads it sets it first
    return False
