from __future__ import annotations

from dagdock.api import Bad, Dockerfile, Problems, rule

from ._faults import faults


@rule(
    "DF018",
    severity="error",
    since="0.1",
    precision="very-high",
    tags=["syntax"],
    bad=[
        Bad("FROM alpine:3.20\nRUN «<<EOF»\napk add curl\nEOF \nCMD sh\n"),
    ],
    good=[
        'FROM alpine:3.20\nRUN <<-EOF\n\tapk add curl\n\tEOF\nCMD ["sh"]\n',
    ],
)
def unterminated_heredoc(file: Dockerfile) -> Problems:
    """A heredoc is opened and never closed.

    The rest of the file becomes its text, and Docker refuses it. The closing word stands alone on its line, with
    nothing before it (tabs are allowed after `<<-`) and nothing behind it, not even a blank.

    https://docs.docker.com/reference/dockerfile/#here-documents
    """
    yield from faults(file, "unterminated-heredoc")
