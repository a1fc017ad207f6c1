from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Stage, rule


@rule(
    "ACME101",
    severity="warning",
    since="1.0",
    bad=[Bad("FROM «python:3.12»\n")],
    good=["FROM registry.acme.example/python:3.12\n", "FROM scratch\n", "ARG BASE\nFROM $BASE\n"],
    tags=["acme"],
)
def foreign_registry(stage: Stage, *, registry: str = "registry.acme.example") -> Problems:
    """A base image comes from outside Acme's registry.

    Images in Acme's registry are scanned every night, and builds there do not run into the limits of public ones.

    https://wiki.acme.example/registry
    """
    if stage.image and stage.image_word and not stage.is_scratch and stage.image.registry != registry:
        yield Problem(stage.image_word, f"`{stage.image_word.span.text}` is not from `{registry}`; use the copy there")
