from __future__ import annotations

from dagdock.api import Bad, Fix, Maintainer, Problem, Problems, rule

from ._layers import is_shipped


@rule(
    "DF801",
    severity="info",
    since="0.1",
    precision="very-high",
    fix="safe",
    aliases=[
        "hadolint:DL4000",
        "buildkit:MaintainerDeprecated",
        "trivy:DS-0022",
        "checkov:CKV_DOCKER_6",
        "kics:maintainer-instruction-being-used",
        "sonar:S6586",
        "semgrep:maintainer-is-deprecated",
        "dockerfile-utils:DEPRECATED_MAINTAINER",
    ],
    bad=[
        Bad(
            "FROM alpine:3.20\n«MAINTAINER Ada Lovelace <ada@example.com>»\n",
            fixed='FROM alpine:3.20\nLABEL org.opencontainers.image.authors="Ada Lovelace <ada@example.com>"\n',
        ),
    ],
    good=['FROM alpine:3.20\nLABEL org.opencontainers.image.authors="Ada Lovelace <ada@example.com>"\n'],
)
def maintainer_deprecated(maintainer: Maintainer) -> Problems:
    """MAINTAINER is out of use.

    Docker has given it up for labels, which any tool can read and which can say more: who to ask, where the source
    is, under which license it stands.

    https://docs.docker.com/reference/build-checks/maintainer-deprecated/
    """
    if maintainer.onbuild is not None:
        return
    if maintainer.stage and not is_shipped(maintainer.stage):
        yield Problem(
            maintainer,
            "MAINTAINER is out of use, and in a stage that is not shipped it says nothing to anybody. Delete it",
            fix=Fix.delete_lines("Delete this line", maintainer, "unsafe"),
        )
        return
    keyword = "LABEL" if maintainer.keyword.isupper() else "label"
    line = f"{keyword} org.opencontainers.image.authors={_quoted(maintainer.body.text)}"
    yield Problem(
        maintainer,
        f"MAINTAINER is out of use: Docker warns about it. Write `{line}`",
        fix=Fix.replace("Write a label", maintainer, line) if maintainer.stage and maintainer.body.text else None,
    )


def _quoted(text: str) -> str:
    """A text as the value of a label: MAINTAINER knows no variables and no escapes, LABEL does."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1]
    escaped = "".join("\\" + sign if sign in '"\\$' else sign for sign in text)
    return f'"{escaped}"'
