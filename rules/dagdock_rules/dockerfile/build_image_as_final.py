from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Stage, rule

from ._final_image import facts_of_final


@rule(
    "DF127",
    severity="info",
    since="0.1",
    lessons=["L06"],
    bad=[
        Bad('FROM «golang:1.23»\nCOPY . .\nRUN go build -o /app .\nCMD ["/app"]\n'),
        Bad('FROM «maven:3.9-eclipse-temurin-21»\nRUN mvn package\nCMD ["java", "-jar", "target/app.jar"]\n'),
    ],
    good=[
        'FROM golang:1.23 AS build\nRUN go build -o /app\nFROM alpine:3.20\nCOPY --from=build /app /\nCMD ["/app"]\n',
        'FROM golang:1.23\nCOPY . .\nENTRYPOINT ["go", "test", "./..."]\n',
    ],
)
def build_image_as_final(stage: Stage) -> Problems:
    """The final image is the one that the program was built in.

    The toolchain makes the image many times as large as its program, and whoever breaks into the container finds a
    compiler and the source there. Give the build a stage of its own, and copy its result into a small image with
    `COPY --from`.

    https://docs.docker.com/build/building/multi-stage/
    """
    about = facts_of_final(stage)
    if about is not None and "instead" in about and stage.image_word:
        yield Problem(
            stage.image_word,
            f"the image keeps {about['brings']} of `{stage.base}`, which a program that only runs does not need. "
            f"Take {about['instead']}",
        )
