"""Faults: what Docker refuses is found where it stands, and what Docker takes is not."""

from __future__ import annotations

import pytest

from dagdock.dockerfile import parse
from dagdock.text import BOM, Source

Found = list[tuple[str, str, str | None]]


def faults(text: str) -> Found:
    """Kind, place and what was probably meant, of each fault."""
    file = parse(Source("Dockerfile", text))
    for fault in file.faults:
        assert fault.message
        assert not fault.message.endswith("."), "the last sentence goes without its full stop"
    return [(fault.kind, fault.span.text, fault.nearest) for fault in file.faults]


def below_from(line: str) -> Found:
    return faults(f"FROM a\n{line}\n")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("RUNN x", [("unknown-instruction", "RUNN", "RUN")]),
        ("copyy a b", [("unknown-instruction", "copyy", "copy")]),
        ("apt-get install", [("unknown-instruction", "apt-get", None)]),
        ("ONBUILD FOO x", [("unknown-instruction", "FOO", None)]),
        ("COPY a", [("missing-arguments", "COPY a", None)]),
        ('ADD ["a"]', [("missing-arguments", 'ADD ["a"]', None)]),
        ("COPY --link", [("missing-arguments", "COPY --link", None)]),
        ("ENV a", [("missing-arguments", "ENV a", None)]),
        ("LABEL", [("missing-arguments", "LABEL", None)]),
        ("EXPOSE \\\n  # nothing", [("missing-arguments", "EXPOSE", None)]),
        ("USER", [("missing-arguments", "USER", None)]),
        ("SHELL", [("missing-arguments", "SHELL", None)]),
        ("ONBUILD", [("missing-arguments", "ONBUILD", None)]),
        ("FROM", [("missing-arguments", "FROM", None)]),
        ("FROM b AS", [("missing-arguments", "FROM b AS", None)]),
        ("FROM b c", [("too-many-arguments", "c", None)]),
        ("FROM b c d", [("too-many-arguments", "c d", None)]),
        ("FROM b AS c d e", [("too-many-arguments", "d e", None)]),
        ("HEALTHCHECK NONE x y", [("too-many-arguments", "x y", None)]),
        ("COPY --chwon=a b c", [("unknown-flag", "--chwon", "--chown")]),
        ("ADD --from=a b c", [("unknown-flag", "--from", None)]),
        ("CMD --port 80", [("unknown-flag", "--port", None)]),
        ("COPY --link --link a b", [("duplicate-flag", "--link", None)]),
        ("COPY --from a b", [("flag-without-value", "--from", None)]),
        ("COPY --chown= a b", [("flag-without-value", "--chown=", None)]),
        ("COPY --link=maybe a b", [("flag-without-value", "--link=maybe", None)]),
        ("HEALTHCHECK --interval=30 CMD a", [("invalid-healthcheck-option", "30", None)]),
        ("HEALTHCHECK --timeout=3sec CMD a", [("invalid-healthcheck-option", "3sec", None)]),
        ("HEALTHCHECK --timeout=soon CMD a", [("invalid-healthcheck-option", "soon", None)]),
        ("HEALTHCHECK --timeout=-3s CMD a", [("invalid-healthcheck-option", "-3s", None)]),
        ("HEALTHCHECK --timeout=1us CMD a", [("invalid-healthcheck-option", "1us", None)]),
        ("HEALTHCHECK --interval=$I CMD a", [("invalid-healthcheck-option", "$I", None)]),
        ("HEALTHCHECK --retries=-1 CMD a", [("invalid-healthcheck-option", "-1", None)]),
        ("HEALTHCHECK --retries=1.5 CMD a", [("invalid-healthcheck-option", "1.5", None)]),
        ("HEALTHCHECK curl x", [("invalid-healthcheck-type", "curl", None)]),
        ("HEALTHCHECK CMD", [("invalid-healthcheck-type", "HEALTHCHECK CMD", None)]),
        ("STOPSIGNAL SIGTREM", [("invalid-stop-signal", "SIGTREM", "SIGTERM")]),
        ("STOPSIGNAL 99", [("invalid-stop-signal", "99", None)]),
        ("STOPSIGNAL RTMIN-1", [("invalid-stop-signal", "RTMIN-1", None)]),
        ("SHELL /bin/bash -c", [("invalid-shell-form", "/bin/bash -c", '["/bin/bash", "-c"]')]),
        ("SHELL ['bash', '-c']", [("invalid-shell-form", "['bash', '-c']", '["bash", "-c"]')]),
        ("SHELL []", [("invalid-shell-form", "[]", None)]),
        ('SHELL "bash"', [("invalid-shell-form", '"bash"', None)]),
        ('CMD ["a", 1]', [("json-array-not-strings", "1", '"1"')]),
        ('COPY [["a"], "b"]', [("json-array-not-strings", '["a"]', None)]),
        ("CMD ['a']", [("malformed-exec-form", "['a']", '["a"]')]),
        ('ENTRYPOINT ["a", "b"', [("malformed-exec-form", '["a", "b"', '["a", "b"]')]),
        ("HEALTHCHECK CMD ['a']", [("malformed-exec-form", "['a']", '["a"]')]),
        ("VOLUME ['/a']", [("malformed-exec-form", "['/a']", '["/a"]')]),
        ("ENV a=b c", [("invalid-key-value", "c", None)]),
        ("ENV =b", [("invalid-key-value", "=b", None)]),
        ("ARG =b", [("invalid-key-value", "=b", None)]),
        ('LABEL a="b', [("invalid-key-value", '"b', None)]),
        ("ENV a it's", [("invalid-key-value", "'s", None)]),
        ("WORKDIR ${a^}", [("invalid-key-value", "${a^", None)]),
        ("FROM B", [("invalid-image-reference", "B", None)]),
        ("FROM b:", [("invalid-image-reference", "b:", None)]),
        ("COPY --from=B:1 a b", [("invalid-image-reference", "B:1", None)]),
        ("ONBUILD FROM b", [("onbuild-invalid-trigger", "FROM", None)]),
        ("ONBUILD ONBUILD RUN x", [("onbuild-invalid-trigger", "ONBUILD", None)]),
        ("ONBUILD maintainer x", [("onbuild-invalid-trigger", "maintainer", None)]),
        ("RUN <<EOF\nx\nEOF ", [("unterminated-heredoc", "<<EOF", None)]),
        ("ONBUILD RUN <<EOF\nx", [("unterminated-heredoc", "<<EOF", None)]),
        ("COPY --from=$a b c", [("variable-in-copy-from", "$a", None)]),
        ("RUN --mount=from=a$b,target=/x c", [("variable-in-copy-from", "a$b", None)]),
        ("COPY --from=5 a b", [("stage-used-before-definition", "5", None)]),
        ("COPY --from=late a b\nFROM b AS late", [("stage-used-before-definition", "late", None)]),
        ("RUN --mount=from=late,target=/x a\nFROM b AS late", [("stage-used-before-definition", "late", None)]),
        ("RUN a \\\n\n\\\n  \n b", [("empty-continuation", "", None), ("empty-continuation", "  ", None)]),
    ],
)
def test_what_docker_refuses(line: str, expected: Found) -> None:
    assert below_from(line) == expected
    assert below_from(line.replace("\n", "\r\n")) == expected


@pytest.mark.parametrize(
    "line",
    [
        "RUN",
        "CMD",
        "CMD []",
        "ENTRYPOINT []",
        "run x",
        "{% if x %}",
        "{{ lines }}",
        "ARG a b=1 c=",
        "ENV a b c d",
        "ENV a=",
        "COPY --from=a:1 --chown=1 --chmod=1 --link --parents --exclude=x --exclude=y a b",
        "COPY --link=FALSE a b",
        "ADD --checksum=a --keep-git-dir=true --unpack --link --exclude=x a b",
        "RUN --mount=type=ssh --mount=type=ssh --network=none --security=insecure --device=a x",
        "COPY [a-z]*.txt /x/",
        "HEALTHCHECK --interval=1m30s --timeout=1.5h --start-period=0 --start-interval=1ms --retries=0 CMD a",
        "healthcheck none",
        "HEALTHCHECK cmd a",
        "STOPSIGNAL sigterm",
        "STOPSIGNAL SIGRTMIN+3",
        "STOPSIGNAL RTMAX-1",
        "STOPSIGNAL 9",
        "STOPSIGNAL $SIGNAL",
        'SHELL ["a"]',
        "RUN [ -f x ] && y",
        'RUN [ "$a" = "b" ] || c',
        "RUN [[ $a ]]",
        "RUN it's",
        "MAINTAINER it's",
        "RUN ${a^}",
        "FROM $B",
        "FROM localhost:5000/a/b:1",
        "FROM scratch AS B.c-d_1",
        "ONBUILD ARG x",
        "COPY --from=a.b/c:1 x y",
        "COPY --from=context x y",
        "FROM b\nCOPY --from=0 x y",
        "RUN --mount=from=0,target=/x y",
        "ONBUILD COPY --from=late x y\nFROM b AS late",
        "RUN a \\\n# comment\n  b",
        "RUN <<EOF\n\nx \\\n\ny\nEOF",
        "ENV a=${b:-c} d=${e#f} g=${h/i/j}",
        "USER $a:$b",
        "EXPOSE 80 $c 90-91/udp",
        "VOLUME /a /b",
    ],
)
def test_what_docker_takes(line: str) -> None:
    assert below_from(line) == []


@pytest.mark.parametrize(
    ("mount", "expected"),
    [
        ("type=cache,target=/x,sharing=locked,id=a,mode=0755,uid=1,gid=1", []),
        ("type=bind,source=a,target=/x,readwrite", []),
        ("source=a", []),
        ("type=secret,id=a,required,env=B", []),
        ("type=secret,id=a,required=true,mode=0400", []),
        ("type=ssh", []),
        ("type=tmpfs,target=/x,size=10m", []),
        ("type=$t,target=/x,size=1,sharing=a$b", []),
        ("type=cache,taget=/x", [("taget", "target")]),
        ("type=cahce,target=/x", [("cahce", "cache")]),
        ("type=cache,target", [("target", None)]),
        ("type=cache,target=/", [("/", None)]),
        ("type=cache,target=/x,sharing=all", [("all", None)]),
        ("type=bind,target=/x,sharing=locked", [("sharing=locked", None)]),
        ("type=bind,target=/x,uid=1", [("uid=1", None)]),
        ("type=cache,target=/x,uid=root", [("root", None)]),
        ("type=cache,target=/x,mode=0999", [("0999", None)]),
        ("type=cache,target=/x,required", [("required", None)]),
        ("required,type=secret,id=a", [("required", None)]),
        ("type=cache,target=/x,size=1", [("size=1", None)]),
        ("type=secret,id=a,source=b", [("source=b", None)]),
        ("type=secret,id=a,from=b", [("from=b", None)]),
        ("type=secret", [("--mount=type=secret", None)]),
        ("target=/x,ro=maybe", [("maybe", None)]),
    ],
)
def test_mounts(mount: str, expected: list[tuple[str, str | None]]) -> None:
    found = below_from(f"RUN --mount={mount} x")
    assert found == [("invalid-mount-option", place, meant) for place, meant in expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("", 1)]),
        ("# only a comment\n", [("", 1)]),
        (f"{BOM}", [("", 1)]),
        ("RUN x\nRUN y\n", [("RUN", 1)]),
        ("ARG a\nRUN x\nMAINTAINER y\nFROM a\nRUN z", [("RUN", 2), ("MAINTAINER", 3)]),
        ("ARG a\nFROM a", []),
    ],
)
def test_the_first_instruction_is_from(text: str, expected: list[tuple[str, int]]) -> None:
    file = parse(Source("Dockerfile", text))
    found = file.faults_of("first-instruction-not-from")
    assert [(fault.span.text, fault.span.line) for fault in found] == expected
    assert found == file.faults


def test_directives() -> None:
    assert faults("# escape=^\nFROM a") == [("escape-directive-invalid", "^", None)]
    twice = "# syntax=a\n# escape=`\n# Syntax=b\nFROM a"
    assert faults(twice) == [("escape-directive-invalid", "# Syntax=b", None)]
    related = parse(Source("Dockerfile", twice)).faults[0].related
    assert related is not None
    assert related.line == 1


def test_long_lines() -> None:
    assert faults("FROM a\nRUN " + "x" * 65531) == []
    assert faults("FROM a\nRUN " + "x" * 65532) == [("line-too-long", "", None)]
    assert faults("FROM a\nRUN " + "é" * 32767) == [("line-too-long", "", None)]


def test_faults_do_not_hide_the_rest() -> None:
    file = parse(Source("Dockerfile", "FROMM a\nFROM a\nCMD [1]\nENV x\nFOO\nRUN <<E\nCOPY a"))
    assert [fault.kind for fault in file.faults] == [
        "unknown-instruction",
        "json-array-not-strings",
        "missing-arguments",
        "unknown-instruction",
        "unterminated-heredoc",
    ]
    assert [each.name for each in file.instructions] == ["FROMM", "FROM", "CMD", "ENV", "FOO", "RUN"]


def test_a_second_place_belongs_to_some() -> None:
    file = parse(Source("Dockerfile", "FROM a\nCOPY --from=b --from=c x y\nCOPY --from=late x y\nFROM z AS late"))
    duplicate, late = file.faults
    assert duplicate.related is not None
    assert duplicate.related.text == "--from=b"
    assert late.related is not None
    assert late.related.text == "FROM z AS late"


def test_an_unknown_line_below_a_run_is_probably_its_rest() -> None:
    file = parse(Source("Dockerfile", "FROM a\nRUN x &&\n  apt-get y\n\n  z\n"))
    hinted, plain = (fault.message for fault in file.faults)
    assert "RUN above" in hinted
    assert "above" not in plain
