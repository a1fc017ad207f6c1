from __future__ import annotations

from dagdock.api import Bad, Fix, From, Problem, Problems, rule


@rule(
    "DF115",
    severity="info",
    since="0.1",
    precision="very-high",
    fix="safe",
    aliases=["buildkit:FromAsCasing"],
    tags=["style"],
    bad=[Bad("FROM golang:1.23 «as» build\n", fixed="FROM golang:1.23 AS build\n")],
    good=["FROM golang:1.23 AS build\n", "from golang:1.23 as build\n"],
)
def from_as_casing(first: From) -> Problems:
    """`FROM` and its `AS` are written in different cases.

    Docker takes either, and so do people once both words look alike: then the name of the stage is found at a glance.

    https://docs.docker.com/reference/build-checks/from-as-casing/
    """
    word = first.as_keyword
    if word is None or first.onbuild is not None or not (first.keyword.isupper() or first.keyword.islower()):
        return
    wanted = "AS" if first.keyword.isupper() else "as"
    if word != wanted:
        yield Problem(
            word,
            f"`{first.keyword}` and `{word}` differ in case, which Docker warns about. Write `{wanted}`",
            fix=Fix.replace(f"Write `{wanted}`", word, wanted),
        )
