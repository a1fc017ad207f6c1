from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problem, Problems, rule


@rule(
    "DF811",
    severity="info",
    since="0.1",
    default=False,
    aliases=["hadolint:DL1001"],
    tags=["suppressions"],
    bad=[Bad("«# hadolint ignore=DL3006»\nFROM debian\n")],
    good=["# hadolint shell=bash\nFROM debian:12\n"],
)
def no_inline_ignore(file: Dockerfile) -> Problems:
    """A comment silences a linter inside the file.

    This is for teams that want every exception in one place, the configuration, where somebody has to agree to it.
    Comments for hadolint, BuildKit, trivy, checkov and dagdock count; one that only names a shell does not.

    https://github.com/hadolint/hadolint/wiki/DL1001
    """
    import re

    pattern = re.compile(
        r"#\s*(?:(?P<hadolint>hadolint\s+ignore\s*=\s*\w)|hadolint\s+(?:global|stage)\s+ignore\s*=\s*\w|dagdock\s*:\s*ignore|check\s*=\s*.*\bskip\s*="
        r"|trivy:ignore|checkov:skip)",
        re.IGNORECASE,
    )
    for span in [*(each.span for each in file.comments), *(each.span for each in file.directives)]:
        found = pattern.match(span.text)
        if found:
            yield Problem(
                span,
                "this comment silences a linter for a part of the file. Mend what it is about, or ignore it in the "
                "configuration",
                aliases=None if found["hadolint"] else (),
            )
