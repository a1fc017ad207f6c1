from __future__ import annotations

from dagdock.api import Bad, Copy, Problem, Problems, rule

from ._whole_root import brings_whole_root, is_system


@rule(
    "DF121",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L06"],
    aliases=["hadolint:DL3067"],
    bad=[Bad("FROM tonistiigi/xx:1.5.0 AS xx\nFROM golang:1.23\n«COPY --from=xx / /»\n")],
    good=["FROM tonistiigi/xx:1.5.0 AS xx\nFROM golang:1.23\nCOPY --from=xx /usr/bin/ /usr/bin/\n"],
)
def copy_root_of_image(copy: Copy) -> Problems:
    """Everything that an image or stage of unknown content holds is copied over this stage.

    `copy-whole-filesystem` speaks where what is copied surely is a whole system. Images that hold only the files of a
    tool are made for being copied like this, and nothing in the file tells them apart; this rule is for teams that
    want every copied folder named, squashing an image onto `scratch` included.

    https://docs.docker.com/build/building/multi-stage/
    """
    if not brings_whole_root(copy) or (is_system(copy) and copy.stage is not None and not copy.stage.is_scratch):
        return
    name = copy.from_.value if copy.from_ else ""
    yield Problem(copy, f"nothing here says what `{name}` brings into the image. Copy the folders that are needed")
