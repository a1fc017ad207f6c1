from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Related, Stage, rule

from ._final_image import facts_of_final


@rule(
    "DF127",
    severity="info",
    since="0.1",
    lessons=["L06"],
    bad=[
        Bad('FROM «golang:1.23»\nCOPY . .\nRUN go build -o /app .\nCMD ["/app"]\n'),
        Bad('FROM «maven:3.9-eclipse-temurin-21»\nRUN mvn package\nCMD ["java", "-jar", "target/app.jar"]\n'),
        Bad('FROM rust:1.90 AS build\nRUN cargo build\nFROM «build»\nUSER nobody\nCMD ["/target/debug/app"]\n'),
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
    image, word = stage.root.base, stage.image_word
    if about is None or "instead" not in about or word is None:
        return
    below = stage.root.from_instruction if stage.parent else None
    through = f", on which `{stage.base}` is built" if below else ""
    yield Problem(
        word,
        f"the image keeps {about['brings']} of `{image}`{through}, which a program that only runs does not need. "
        f"Take {about['instead']}",
        related=[Related(below, "the image is taken here")] if below else (),
    )
