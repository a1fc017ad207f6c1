from __future__ import annotations

from dagdock.api import Bad, Edit, Fix, Instruction, Problem, Problems, Related, Span, rule

from ._swallowed import swallowed_line


@rule(
    "DF403",
    severity="error",
    since="0.1",
    fix="unsafe",
    bad=[
        Bad(
            'FROM debian:12\nRUN apt-get update && \\\n    apt-get install -y curl «\\»\nCOPY app /app\nCMD ["/app"]\n',
            fixed="FROM debian:12\nRUN apt-get update && \\\n    apt-get install -y curl\nCOPY app /app\n"
            'CMD ["/app"]\n',
        ),
    ],
    good=[
        "FROM debian:12\nRUN apt-get update && \\\n    apt-get install -y curl\nCOPY app /app\n",
        "FROM debian:12\nHEALTHCHECK --interval=5s \\\nCMD curl -f localhost\n",
        "FROM debian:12\nRUN <<EOF\necho \\\nCOPY app /app\nEOF\n",
    ],
)
def dangling_continuation(instruction: Instruction) -> Problems:
    r"""The last line of an instruction ends with `\`, so the next instruction becomes a part of it.

    A `\` at the end of a line says that the instruction goes on. Left over on the last line, it swallows what follows:
    `COPY app /app` turns into words for the program above, and the file is never copied. Delete it.

    https://docs.docker.com/reference/dockerfile/#escape
    """
    found = swallowed_line(instruction)
    if found:
        yield _problem(instruction, *found)


def _problem(instruction: Instruction, sign: Span, swallowed: Span) -> Problem:
    source = sign.source
    line = source.line_span(sign.line)
    before = line.text[: sign.start - line.start].rstrip()
    complete = not before.endswith(("&&", "||", "|", ";"))
    return Problem(
        sign,
        f"`{sign.text}` continues the {instruction.name}, so the {swallowed.text.split()[0]} below becomes part of "
        "it. Delete it",
        related=[Related(swallowed, f"this is swallowed by the {instruction.name} above")],
        fix=Fix(f"Delete the `{sign.text}`", [Edit(Span(source, line.start + len(before), line.end), "")], "unsafe")
        if complete
        else None,
    )
