from __future__ import annotations

from dagdock.api import Bad, Comment, Dockerfile, Edit, Fix, Problem, Problems, rule


@rule(
    "DF813",
    severity="warning",
    since="0.1",
    fix="unsafe",
    bad=[
        Bad(
            "FROM alpine:3.20\n«# syntax=docker/dockerfile:1»\nRUN make\n",
            fixed="# syntax=docker/dockerfile:1\nFROM alpine:3.20\nRUN make\n",
        ),
        Bad(
            "# Our web site\n«# syntax=docker/dockerfile:1»\nFROM alpine:3.20\n",
            fixed="# syntax=docker/dockerfile:1\n# Our web site\nFROM alpine:3.20\n",
        ),
        Bad(
            "\n«# escape=`»\nFROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nCOPY app.exe C:\\app\\\n",
            fixed="# escape=`\n\nFROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nCOPY app.exe C:\\app\\\n",
        ),
    ],
    good=[
        "# syntax=docker/dockerfile:1\n# escape=`\nFROM mcr.microsoft.com/windows/nanoserver:ltsc2022\n",
        "FROM alpine:3.20\n# check=skip=JSONArgsRecommended\nCMD make\n",
        "FROM alpine:3.20\n# syntax=... selects the version of the language\nRUN make\n",
    ],
)
def misplaced_directive(file: Dockerfile) -> Problems:
    """A parser directive stands where Docker takes it for a comment.

    `# syntax=`, `# escape=` and `# check=` change how the file is read, and only at its very top: the first comment of
    another kind, blank line or instruction ends them. Below it the line has no effect, and nothing says so. A
    `# check=skip=…` right above an instruction is fine, it is for that instruction alone.

    https://docs.docker.com/reference/dockerfile/#parser-directives
    """
    for comment in file.comments:
        name, _ = _directive(comment)
        if not name or (name == "check" and _is_for_instruction(comment, file)) or _is_behind_shebang(comment, file):
            continue
        yield Problem(
            comment,
            f"Docker reads `# {name}=` only at the very top of the file, so this is a plain comment without effect. "
            "Move it to the first line",
            fix=_moved(comment, file, name),
        )


def _directive(comment: Comment) -> tuple[str, str]:
    """Name and value of a comment that is surely meant as a directive."""
    import re

    name, _, value = comment.text.partition("=")
    name, value = name.strip().lower(), value.strip()
    shapes = {"escape": r"[\\`]", "syntax": r"[\w.-]+(?:[/:@][\w.:-]+)+", "check": r"(?:skip|error|experimental)=\S+"}
    shape = shapes.get(name)
    return (name, value) if shape and re.fullmatch(shape, value) else ("", "")


def _is_for_instruction(comment: Comment, file: Dockerfile) -> bool:
    """Whether a `check` stands right above an instruction and only skips checks, which then holds for that one."""
    _, value = _directive(comment)
    line = comment.span.line + 1
    return value.startswith("skip=") and any(each.span.line == line for each in file.instructions)


def _is_behind_shebang(comment: Comment, file: Dockerfile) -> bool:
    """BuildKit looks for the syntax behind a first line `#!…` too."""
    first = file.source.line_span(1).text
    return first.startswith("#!") and comment.span.line == 2


def _moved(comment: Comment, file: Dockerfile, name: str) -> Fix | None:
    if any(directive.name == name for directive in file.directives) or comment.span.line == 1:
        return None
    if any(instruction.lines.start < comment.span.start < instruction.lines.end for instruction in file.instructions):
        return None
    source = file.source
    own = source.full_line_span(comment.span.line)
    top = file.directives[-1].span.line + 1 if file.directives else 1
    start = source.full_line_span(top).start
    edits = [
        Edit(source.span(start, start), comment.span.text + source.newline),
        Edit(source.span(own.start, comment.span.start), ""),
        Edit(comment, ""),
        Edit(source.span(comment.span.end, own.end), ""),
    ]
    # Another escape character, or another version of the language, may read the rest of the file in another way.
    return Fix("Move it to the top of the file", edits, "unsafe" if name == "escape" else "safe")
