"""What each instruction says: flags, mounts, heredocs, pairs, sources, ports, the text for the shell."""

from __future__ import annotations

from typing import TypeVar

import pytest

from dagdock.dockerfile import (
    Add,
    Arg,
    Cmd,
    CommandInstruction,
    Copy,
    Env,
    Expose,
    From,
    Healthcheck,
    Instruction,
    Onbuild,
    PairsInstruction,
    Run,
    StopSignal,
    Unknown,
    User,
    Volume,
    Workdir,
    parse,
)
from dagdock.text import BOM, Source

I_ = TypeVar("I_", bound=Instruction)


def only(kind: type[I_], text: str) -> I_:
    """The last instruction of a file, which is of that kind."""
    found = parse(Source("Dockerfile", text)).instructions[-1]
    assert isinstance(found, kind)
    return found


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", BOM])
def test_places_whatever_the_newline_and_the_mark(newline: str, start: str) -> None:
    text = start + newline.join(["FROM é:1 AS b", "\tCOPY --from=b 😀 /x \\", "\t  /y", "# end", ""])
    file = parse(Source("Dockerfile", text))
    copy = file.instructions[1]
    assert isinstance(copy, Copy)
    assert (copy.keyword, copy.keyword.span.begin) == ("COPY", (2, 2))
    assert copy.span.text.replace("\r", "") == "COPY --from=b 😀 /x \\\n\t  /y"
    assert copy.head.text == "COPY --from=b 😀 /x"
    assert [(word.raw, word.span.begin) for word in copy.words] == [("😀", (2, 16)), ("/x", (2, 18)), ("/y", (3, 4))]
    assert copy.from_ is not None
    assert (copy.from_.value, copy.from_.span.text, copy.from_.name.span.text) == ("b", "--from=b", "from")
    assert file.instructions[0].words[0].span.text == "é:1"


def test_the_keyword_is_kept_as_written() -> None:
    run = only(Run, "froM a\nrUn x")
    assert (run.keyword, run.name) == ("rUn", "RUN")
    unknown = only(Unknown, "FROM a\nRunn x y")
    assert (unknown.keyword, unknown.name, unknown.body.text) == ("Runn", "RUNN", "x y")


def test_flags() -> None:
    run = only(Run, 'FROM a\nRUN --a=1 --b --c="x y" --a=2 \\\n  --d=$e\\ f -x --g')
    assert [(flag.name, flag.value) for flag in run.flags] == [
        ("a", "1"),
        ("b", None),
        ("c", "x y"),
        ("a", "2"),
        ("d", "$e f"),
    ]
    assert run.body.text == "-x --g"
    last = run.flag("a")
    assert last is not None
    assert last.value == "2"
    assert run.flag("g") is None
    assert [variable.name for flag in run.flags if flag.word for variable in flag.word.variables] == ["e"]
    assert run.flags[2].span.text == '--c="x y"'
    assert run.flags[4].span.begin == (3, 3)


def test_two_dashes_end_the_flags() -> None:
    run = only(Run, "FROM a\nRUN --a=1 -- --b=2")
    assert [flag.name for flag in run.flags] == ["a"]
    assert run.body.text == "--b=2"


def test_mounts() -> None:
    run = only(
        Run,
        "FROM a AS src\nFROM b\nRUN --mount=type=CACHE,dst=/c,sharing=locked,id=$x \\\n"
        "  --mount=from=SRC,source=a,target=/b,rw --mount='type=secret,\"id=a,b\",required' --mount=ro true",
    )
    cache, bind, secret, bare = run.mounts
    assert (cache.type, cache.target, cache.sharing, cache.id, cache.readonly) == ("cache", "/c", "locked", "$x", False)
    assert (bind.type, bind.from_, bind.source, bind.target, bind.readonly) == ("bind", "SRC", "a", "/b", False)
    assert bind.from_stage is run.dockerfile.stages[0]
    assert (secret.id, secret.readonly) == ("a,b", True)
    assert [(field.key, field.name, field.value) for field in cache.fields] == [
        ("type", "type", "CACHE"),
        ("dst", "target", "/c"),
        ("sharing", "sharing", "locked"),
        ("id", "id", "$x"),
    ]
    assert [field.span.text for field in bind.fields] == ["from=SRC", "source=a", "target=/b", "rw"]
    assert cache.fields[1].key.span.text == "dst"
    assert cache.target is not None
    assert cache.target.span.text == "/c"
    assert bind.span.begin == (4, 3)
    assert [field.value for field in bare.fields] == [None]


def test_a_mount_in_quotes_or_over_two_lines() -> None:
    run = only(Run, 'FROM a\nRUN --mount="type=cache,target=/a b" --mount=type=tmpfs,\\\ntarget=/é true')
    quoted, continued = run.mounts
    assert quoted.target is not None
    assert (quoted.target, quoted.target.span.text) == ("/a b", "/a b")
    assert continued.target is not None
    assert (continued.target, continued.target.span.begin) == ("/é", (3, 8))


@pytest.mark.parametrize(
    ("opener", "name", "quoted", "strip"),
    [
        ("<<EOF", "EOF", False, False),
        ("<<-EOF", "EOF", False, True),
        ("<< EOF", "EOF", False, False),
        ("<<'EOF'", "EOF", True, False),
        ('<<"E F"', "E F", True, False),
        ("<<\\EOF", "EOF", True, False),
        ("3<<EOF", "EOF", False, False),
        ("<<$EOF", "$EOF", False, False),
    ],
)
def test_heredocs(opener: str, name: str, quoted: bool, strip: bool) -> None:
    run = only(Run, f"FROM a\nRUN {opener}\n\tone\n  two\n{name}")
    (heredoc,) = run.heredocs
    assert (heredoc.name, heredoc.quoted, heredoc.strip_tabs) == (name, quoted, strip)
    assert heredoc.opener.text == opener
    assert heredoc.span.text == "\tone\n  two\n"
    assert heredoc.body.text == ("one\n  two\n" if strip else "\tone\n  two\n")
    assert heredoc.body.span(heredoc.body.text.index("one"), heredoc.body.text.index("one") + 3).begin == (3, 2)
    assert heredoc.terminator is not None
    assert (heredoc.terminator.text, heredoc.terminator.line) == (name, 5)
    assert run.span.text.endswith(f"two\n{name}")


@pytest.mark.parametrize(
    "line",
    [
        "RUN cat<<EOF",
        "RUN cat <<<EOF",
        "RUN echo $((1<<2))",
        'RUN ["cat", "<<EOF"]',
        "CMD cat <<EOF",
        "ENV a=<<EOF",
        "RUN echo 'it <<EOF",
        'RUN echo "<<EOF"',
        "RUN echo \\<<EOF",
        "RUN echo ${x <<EOF",
        "RUN echo ${x^^} <<EOF",
        "RUN echo ${#x} <<EOF",
        "RUN echo ${x/a} <<EOF",
        "RUN <<-",
        "RUN <<''",
        "ONBUILD CMD <<EOF",
    ],
)
def test_what_is_no_heredoc(line: str) -> None:
    file = parse(Source("Dockerfile", f"FROM a\n{line}\nUSER x\nEOF\n"))
    assert [each.name for each in file.instructions] == ["FROM", line.split(maxsplit=1)[0], "USER", "EOF"]
    assert file.instructions[1].heredocs == []


@pytest.mark.parametrize(
    "before", ["$x", "${x}", "${x:0:2}", "${x/a/b}", "${x//'}'/b}", '"${x:-"a b"}"', "'${'", "\\'", "${x:-${y%z}}", "$"]
)
def test_what_may_stand_before_a_heredoc(before: str) -> None:
    assert len(only(Run, f"FROM a\nRUN echo {before} <<EOF\nEOF\n").heredocs) == 1


def test_several_heredocs_stand_one_below_the_other() -> None:
    copy = only(Copy, "FROM a\nCOPY --chmod=600 <<one x <<-two /d/\n1\none\n\t2\n\ttwo\n")
    assert [(doc.name, doc.body.text) for doc in copy.heredocs] == [("one", "1\n"), ("two", "2\n")]
    assert [word.raw for word in copy.sources] == ["x"]
    assert copy.heredoc_sources == copy.heredocs
    assert copy.destination is not None
    assert copy.destination.raw == "/d/"


def test_a_heredoc_without_end_reaches_to_the_end() -> None:
    run = only(Run, "FROM a\nRUN <<EOF\nbody\nEOF \n")
    assert run.heredocs[0].terminator is None
    assert run.heredocs[0].span.text == "body\nEOF \n"
    assert run.span.text == "RUN <<EOF\nbody\nEOF "


def test_the_trigger_of_onbuild_has_the_heredoc() -> None:
    onbuild = only(Onbuild, "FROM a\nONBUILD RUN --mount=type=ssh <<EOF\necho\nEOF\n")
    assert isinstance(onbuild.inner, Run)
    assert onbuild.inner.onbuild is onbuild
    assert (onbuild.inner.stage, onbuild.inner.index) == (onbuild.stage, onbuild.index)
    assert onbuild.inner.mounts[0].type == "ssh"
    assert onbuild.inner.heredocs[0].body.text == "echo\n"
    assert onbuild.inner.span.text == "RUN --mount=type=ssh <<EOF\necho\nEOF"
    assert [each.name for each in onbuild.dockerfile.walk() if isinstance(each, Instruction)] == [
        "FROM",
        "ONBUILD",
        "RUN",
    ]


@pytest.mark.parametrize(
    ("run", "text", "dialect"),
    [
        ("RUN echo a \\\n  && echo b", "echo a   && echo b", "posix-sh"),
        ("RUN [ -f x ] && y", "[ -f x ] && y", "posix-sh"),
        ('RUN ["a"]', None, "unknown"),
        ("RUN [1]", None, "unknown"),
        ("RUN", None, "unknown"),
        ("RUN <<EOF\na\nb\nEOF", "a\nb\n", "posix-sh"),
        ("RUN <<-EOF\n\ta\n\tEOF", "a\n", "posix-sh"),
        ("RUN <<EOF\n#!/bin/bash -e\na\nEOF", "#!/bin/bash -e\na\n", "bash"),
        ("RUN <<EOF\n#!/usr/bin/env -S python3 -u\na\nEOF", "#!/usr/bin/env -S python3 -u\na\n", "unknown"),
        ("RUN <<EOF bash\na\nEOF", "a\n", "bash"),
        ("RUN /bin/bash -euo pipefail <<EOF\na\nEOF", "a\n", "bash"),
        ("RUN python3 <<EOF\na\nEOF", "python3 <<EOF\na\nEOF", "posix-sh"),
        ("RUN cat <<A > x && cat <<B\n1\nA\n2\nB", "cat <<A > x && cat <<B\n1\nA\n2\nB", "posix-sh"),
    ],
)
def test_what_the_shell_gets(run: str, text: str | None, dialect: str) -> None:
    found = only(Run, f"FROM a\n{run}\n")
    assert (found.shell_text.text if found.shell_text else None) == text
    assert found.dialect == dialect


def test_what_the_shell_gets_knows_where_it_stands() -> None:
    run = only(Run, "FROM a\nRUN cat \\\n  <<A > x\none\nA\n")
    assert run.shell_text is not None
    for word, line, column in (("cat", 2, 5), ("x", 3, 9), ("one", 4, 1), ("A", 3, 5)):
        start = run.shell_text.text.index(word)
        assert run.shell_text.span(start, start + len(word)).begin == (line, column)


@pytest.mark.parametrize(
    ("above", "dialect"),
    [
        ("FROM alpine", "posix-sh"),
        ('FROM a\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]', "bash"),
        ('FROM a\nSHELL ["/bin/ash", "-c"]', "ash"),
        ('FROM a\nSHELL ["conda", "run", "-n", "x", "/bin/bash", "-c"]', "bash"),
        ('FROM a\nSHELL ["python", "-c"]', "unknown"),
        ("FROM a\nSHELL powershell", "unknown"),
        ('FROM a\nSHELL ["pwsh", "-Command"]', "powershell"),
        ('FROM a\nSHELL ["C:\\\\Windows\\\\cmd.exe", "/S"]', "cmd"),
        ('FROM a AS b\nSHELL ["bash", "-c"]\nFROM b', "bash"),
        ('FROM a AS b\nSHELL ["bash", "-c"]\nFROM a', "posix-sh"),
        ("FROM mcr.microsoft.com/windows/nanoserver:ltsc2022", "cmd"),
        ("FROM golang:1.23-windowsservercore", "unknown"),
        ("# escape=`\nFROM $base", "unknown"),
        ("# hadolint shell=bash\nFROM a", "bash"),
        ("FROM a\n# hadolint shell=powershell", "powershell"),
        ("FROM a\n# hadolint shell=powershell\nFROM b", "posix-sh"),
        ('FROM a\n# hadolint shell=powershell\nSHELL ["bash", "-c"]', "bash"),
    ],
)
def test_which_shell_reads_a_command(above: str, dialect: str) -> None:
    assert only(Run, f"{above}\nRUN x").dialect == dialect
    assert only(Cmd, f"{above}\nCMD x").dialect == dialect


@pytest.mark.parametrize(
    ("arguments", "kind", "command", "exec_form"),
    [
        ("CMD curl -f x", "CMD", "curl -f x", None),
        ('cmd\t["a", "b"]', "cmd", '["a", "b"]', ["a", "b"]),
        ("NONE", "NONE", "", None),
        ("CMD", "CMD", "", None),
        ("", None, "", None),
        ("wget x", "wget", "x", None),
    ],
)
def test_healthchecks(arguments: str, kind: str | None, command: str, exec_form: list[str] | None) -> None:
    check = only(Healthcheck, f"FROM a\nHEALTHCHECK --interval=5s {arguments}")
    assert (check.type, check.command.text, check.exec_form) == (kind, command, exec_form)
    assert (check.shell_text.text if check.shell_text else "") == ("" if exec_form else command)
    assert isinstance(check, CommandInstruction)


@pytest.mark.parametrize(
    ("line", "pairs", "legacy"),
    [
        ("ENV a=1 b='2 3'", [("a", "1"), ("b", "2 3")], False),
        ("ENV a b  c", [("a", "b  c")], True),
        ("ENV a\tb=c", [("a", "b=c")], True),
        ("ENV a=b c", [("a", "b"), ("c", None)], False),
        ("ENV a", [("a", None)], True),
        ("ENV =b", [("", "b")], False),
        ("ENV", [], False),
        ("LABEL a b", [("a", "b")], True),
        ('LABEL "a.b"="c"', [("a.b", "c")], False),
        ("ARG a", [("a", None)], False),
        ("ARG a b=1 c=", [("a", None), ("b", "1"), ("c", "")], False),
    ],
)
def test_pairs(line: str, pairs: list[tuple[str, str | None]], legacy: bool) -> None:
    found = only(PairsInstruction, f"FROM a\n{line}").pairs
    assert [(pair.key, pair.value.value if pair.value else None) for pair in found] == pairs
    assert all(pair.legacy is legacy for pair in found)


def test_pairs_know_where_they_stand() -> None:
    first, second = only(Env, 'FROM a\nENV a=1 \\\n    é="2 3"').pairs
    assert (first.span.text, second.span.text, second.span.begin) == ("a=1", 'é="2 3"', (3, 5))
    assert second.value is not None
    assert (second.key.span.text, second.value.span.text) == ("é", '"2 3"')
    (arg,) = only(Arg, "ARG a=b").pairs
    assert arg.span.text == "a=b"


@pytest.mark.parametrize(
    ("port", "first", "last", "protocol"),
    [
        ("80", 80, 80, None),
        ("80/tcp", 80, 80, "tcp"),
        ("80-90/UDP", 80, 90, "UDP"),
        ("$PORT", None, None, None),
        ("80:80", None, None, None),
        ("http", None, None, None),
        ("99999", 99999, 99999, None),
        ('"80"', 80, 80, None),
    ],
)
def test_ports(port: str, first: int | None, last: int | None, protocol: str | None) -> None:
    (found,) = only(Expose, f"FROM a\nEXPOSE {port}").ports
    assert (found.first, found.last, found.protocol, found.span.text) == (first, last, protocol, port)


def test_from() -> None:
    found = only(From, "FROM --platform=$P a:1 as Build")
    assert found.image_word is not None
    assert (found.image_word.raw, found.as_keyword, found.alias) == ("a:1", "as", "Build")
    assert found.alias is not None
    assert found.alias.span.text == "Build"
    assert found.platform is not None
    assert found.platform.value == "$P"
    assert only(From, "FROM a b c").alias is None
    assert only(From, "FROM").image_word is None


def test_the_other_instructions() -> None:
    user = only(User, 'FROM a\nUSER "a b":c').user
    assert user is not None
    assert user.literal == "a b:c"
    path = only(Workdir, "FROM a\nWORKDIR /a b/$c").path
    assert path is not None
    assert (path.value, path.literal) == ("/a b/$c", None)
    assert [each.literal for each in only(Volume, "FROM a\nVOLUME /a /b").paths] == ["/a", "/b"]
    assert [each.literal for each in only(Volume, 'FROM a\nVOLUME ["/a b"]').paths] == ["/a b"]
    signal = only(StopSignal, "FROM a\nSTOPSIGNAL SIGINT").signal
    assert signal is not None
    assert signal.literal == "SIGINT"
    add = only(Add, "FROM a\nADD x")
    assert (add.sources, add.destination) == ([], None)


def test_copy_names_its_stage() -> None:
    text = "FROM a AS One\nFROM b\nCOPY --from={} x y\nFROM c AS later\n"
    stages = parse(Source("Dockerfile", text.format("one"))).stages
    for name, index in (
        ("one", 0),
        ("ONE", 0),
        ("0", 0),
        ("1", None),
        ("later", None),
        ("nginx:1", None),
        ("$x", None),
    ):
        file = parse(Source("Dockerfile", text.format(name)))
        copy = file.instructions[2]
        assert isinstance(copy, Copy)
        assert (copy.from_stage.index if copy.from_stage else None) == index
    assert len(stages) == 3


def test_a_giant_is_not_taken_apart() -> None:
    file = parse(Source("Dockerfile", "FROM a\nENV " + "a=b " * 100_000 + "\nUSER b\n"))
    env = file.instructions[1]
    assert env.too_long
    assert env.words == []
    assert file.instructions[2].name == "USER"
    assert [fault.kind for fault in file.faults] == ["line-too-long"]
