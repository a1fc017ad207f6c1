from __future__ import annotations

from dagdock.api import Bad, DockerfileWord, Edit, Expose, Fix, Problem, Problems, Related, Span, Stage, rule

from ._ports import fault, read


@rule(
    "DF637",
    severity="info",
    since="0.1",
    precision="very-high",
    fix="safe",
    lessons=["L12"],
    bad=[
        Bad("FROM nginx:1.27\nEXPOSE 80 443 «80/tcp»\n", fixed="FROM nginx:1.27\nEXPOSE 80 443\n"),
        Bad("FROM nginx:1.27\nEXPOSE 80\nLABEL a=b\nEXPOSE «80»\n", fixed="FROM nginx:1.27\nEXPOSE 80\nLABEL a=b\n"),
    ],
    good=["FROM nginx:1.27\nEXPOSE 53/tcp 53/udp 80 8080\n"],
)
def duplicate_port(stage: Stage) -> Problems:
    """A port is exposed twice.

    The second one changes nothing. Most often another port was meant, or one line was copied from elsewhere.

    https://docs.docker.com/reference/dockerfile/#expose
    """
    first: dict[tuple[str, str, str], DockerfileWord] = {}
    for expose in stage.all_of(Expose):
        for word in expose.words:
            port = read(word.literal or "")
            if word.literal is None or fault(port):
                continue
            earlier = first.setdefault((port.first, port.last, port.protocol.lower() or "tcp"), word)
            if earlier is not word:
                yield Problem(
                    word,
                    f"port {word.value} is exposed in line {earlier.span.line} already. Delete it here, or name the "
                    "port that is meant",
                    related=[Related(earlier, "exposed here first")],
                    fix=_fix(expose, word),
                )


def _fix(expose: Expose, word: DockerfileWord) -> Fix | None:
    if len(expose.words) == 1:
        return Fix.delete_lines("Delete this EXPOSE", expose)
    place = expose.words.index(word)
    before = expose.words[place - 1].span.end if place else word.span.start
    gap = Span(word.span.source, before, word.span.end)
    if "\n" in gap.text or not place:
        return None
    return Fix("Delete the port", [Edit(gap, "")])
