from __future__ import annotations

from dagdock.api import Bad, Fix, Instruction, Problem, Problems, Project, nearest, rule

from ._base_image import is_known
from ._contexts import is_built_beside, is_named_context
from ._stage_names import USUAL, is_image_name, is_number, named_in, stage_names

# Among more names, one that is close means nothing.
MOST = 500


@rule(
    "DF116",
    severity="warning",
    since="0.1",
    fix="unsafe",
    lessons=["L06"],
    aliases=["hadolint:DL3022", "kics:copy-from-without-from-alias-defined-previously"],
    bad=[
        Bad(
            "FROM golang:1.23 AS builder\nRUN go build -o /app\nFROM alpine:3.20\nCOPY --from=«bulder» /app /app\n",
            fixed="FROM golang:1.23 AS builder\nRUN go build -o /app\n"
            "FROM alpine:3.20\nCOPY --from=builder /app /app\n",
        ),
        Bad("FROM golang:1.23\nRUN go build -o /app\nFROM alpine:3.20\nCOPY --from=«build» /app /app\n"),
    ],
    good=[
        "FROM golang:1.23 AS build\nRUN go build -o /app\nFROM alpine:3.20\nCOPY --from=Build /app /app\n",
        "FROM alpine:3.20\nCOPY --from=nginx:1.27 /etc/nginx /etc/nginx\n",
        "FROM alpine:3.20\nCOPY --from=busybox /bin/busybox /bin/\n",
        {
            "compose.yaml": "services:\n  web:\n    build:\n      context: .\n      additional_contexts:\n"
            "        assets: ./assets\n",
            "Dockerfile": "FROM alpine:3.20 AS asset\nFROM alpine:3.20\nCOPY --from=assets / /assets\n",
        },
    ],
    words=["from", "FROM", "From"],
    words_near=True,
)
def copy_from_unknown_stage(instruction: Instruction, project: Project) -> Problems:
    """A stage is copied from that the file does not have.

    Docker takes a name that is no stage for an image of Docker Hub: `--from=bulder` asks for `docker.io/library/bulder`
    and fails, or brings files of a stranger. The rule speaks where the name is a slip of a stage's name, or one that
    only a stage would have, such as `build`. Images, and contexts that a Compose or Bake file names, are left alone.

    https://docs.docker.com/build/building/multi-stage/#name-your-build-stages
    """
    file, stage = instruction.dockerfile, instruction.stage
    for name, by_index in named_in(instruction):
        if (by_index and is_number(name)) or is_image_name(name) or "$" in name or name == "scratch":
            continue
        if file.stage_named(name, by_index=False) or (stage and stage.name and name.lower() == stage.name.lower()):
            continue
        names = stage_names(file)
        close = nearest(name, names) if len(names) <= MOST else None
        if is_known(name) or (close is None and name.lower() not in USUAL):
            continue
        if is_named_context(name, file, project) or is_built_beside(name, file, project):
            continue
        remedy = f"Did you mean `{close}`?" if close else f"Name the stage that makes the files: `FROM … AS {name}`"
        yield Problem(
            name,
            f"no stage of this file is called `{name}`, so Docker looks for an image of that name. {remedy}",
            fix=Fix.replace(f"Write `{close}`", name, close, "unsafe") if close else None,
        )
