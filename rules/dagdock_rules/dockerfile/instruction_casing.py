from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Fix, Problem, Problems, Unknown, rule


@rule(
    "DF807",
    severity="info",
    since="0.1",
    precision="very-high",
    fix="safe",
    aliases=["buildkit:ConsistentInstructionCasing", "sonar:S6476", "dockerfile-utils:CASING_INSTRUCTION"],
    tags=["style"],
    bad=[
        Bad("FROM alpine:3.20\n«run» make\nCOPY app /app\n", fixed="FROM alpine:3.20\nRUN make\nCOPY app /app\n"),
        Bad("«From» alpine:3.20\nRUN make\n", fixed="FROM alpine:3.20\nRUN make\n"),
    ],
    good=["FROM alpine:3.20\nRUN make\n", "from alpine:3.20\nrun make\n"],
)
def instruction_casing(file: Dockerfile) -> Problems:
    """An instruction is written in another case than most of the file.

    Docker takes either. In capitals the instructions stand out from what follows them, and in one style throughout
    nobody looks twice. A file that is in lower case throughout is left alone.

    https://docs.docker.com/reference/build-checks/consistent-instruction-casing/
    """
    keywords = [each.keyword for each in file.instructions if not isinstance(each, Unknown) and each.keyword]
    upper = sum(keyword.isupper() for keyword in keywords)
    lower = sum(keyword.islower() for keyword in keywords)
    for keyword in keywords:
        wanted = keyword.lower() if lower > upper else keyword.upper()
        if keyword != wanted:
            most = "in lower case" if lower > upper else "in capitals"
            yield Problem(
                keyword,
                f"instructions are written {most} here, and `{keyword}` is not. Write `{wanted}`",
                fix=Fix.replace(f"Write `{wanted}`", keyword, wanted),
            )
