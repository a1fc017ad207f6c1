"""Shell lines become commands, words and redirections that know where they stand."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagdock.shell import Command, Options, Script, Word, again, parse, parse_exec
from dagdock.text import Mapped, Source, Span, Text


def script(text: str, dialect: str = "posix-sh") -> Script:
    return parse(Mapped.of(Source("Dockerfile", text).whole), dialect)


def commands(text: str) -> list[str]:
    return [command.span.text for command in script(text).commands]


def only(text: str) -> Command:
    (command,) = script(text).commands
    return command


def word(text: str) -> Word:
    return Word(Mapped.of(Source("Dockerfile", text).whole), 0, len(text))


# Commands


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  \n ", []),
        ("\\", []),
        ("ls", ["ls"]),
        ("# only a comment", []),
        ("apt-get update && apt-get install -y curl", ["apt-get update", "apt-get install -y curl"]),
        ("a; b & c || d", ["a", "b", "c", "d"]),
        ("a && # why\nb", ["a", "b"]),
        ("a\nb", ["a", "b"]),
        ("a \\\n  b", ["a \\\n  b"]),
        ("a \\\r\n  b\r\nc", ["a \\\r\n  b", "c"]),
        ("(a; b) && { c; }", ["a", "b", "c"]),
        ("if a; then b; elif c; then d; else e; fi", ["a", "b", "c", "d", "e"]),
        ("for x in $(a); do b; done", ["a", "b"]),
        ("while a; do b; done < f", ["a", "b"]),
        ("case $(a) in x|y) b;; *) c;; esac", ["a", "b", "c"]),
        ("f() { a; }; f", ["a", "f"]),
        ('a "$(b "$(c)")" `d`', ['a "$(b "$(c)")" `d`', 'b "$(c)"', "c", "d"]),
        ("x=$(a) y=1", ["x=$(a) y=1", "a"]),
        ("export A=b && unset C", ["export A=b", "unset C"]),
        ("> f", ["> f"]),
        ("a > f b", ["a > f b"]),
        ("a 2>&1 | b >> log", ["a 2>&1", "b >> log"]),
        ("a <<< x", ["a <<< x"]),
        ("diff <(a) <(b)", ["diff <(a) <(b)", "a", "b"]),
        ("cat <<EOF > f && a\nb $(c)\nEOF\nd", ["cat <<EOF > f", "a", "c", "d"]),
        ("cat <<EOF | tee f\nx\nEOF", ["cat <<EOF", "tee f"]),
        ("! a | b", ["a", "b"]),
        ("if a; then if b; then c; fi fi && d", ["a", "b", "c", "d"]),
        ("if a; then (b) else c; fi", ["a", "b", "c"]),
        ('[ $(a) = "8" ] || { b; }', ['[ $(a) = "8" ]', "a", "b"]),
        ("[[ -f x && $y == z* ]] && a", ["[[ -f x && $y == z* ]]", "a"]),
        ("(( x++ )); a", ["a"]),
        ("if false; then a; else b; fi", ["false", "b"]),
        ("time a", ["time a"]),
        ("a\n\\curl b", ["a", "curl b"]),
        ("é 🐳 && b", ["é 🐳", "b"]),
    ],
)
def test_commands_in_order(text: str, expected: list[str]) -> None:
    read = script(text)
    assert [command.span.text for command in read.commands] == expected
    assert not read.broken


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("a && b || c; d | e & f\ng", ["", "&&", "||", ";", "|", "&", "\n"]),
        ("(a && b) | c", ["", "&&", "|"]),
        ("a | (b && c)", ["", "|", "&&"]),
        ("if a; then b; fi && c", ["", ";", "&&"]),
        ("cat <<A && b || c\nA\nd", ["", "&&", "||", "\n"]),
    ],
)
def test_how_a_command_follows_another(text: str, joined: list[str]) -> None:
    assert [command.joined for command in script(text).commands] == joined


@pytest.mark.parametrize(
    ("text", "contexts"),
    [
        ("a", [()]),
        ("if a; then b; else c; fi", [("if", "condition"), ("if",), ("if",)]),
        ("if a; then b; elif c; then d; fi", [("if", "condition"), ("if",), ("if", "condition"), ("if",)]),
        ("until a; do (b); done", [("until", "condition"), ("until", "subshell")]),
        ("while a; do b; done", [("while", "condition"), ("while",)]),
        ("for x in y; do a; done", [("for",)]),
        ("case x in y) a;; esac", [("case",)]),
        ("f() { a; }", [("function",)]),
        ("a $(b)", [(), ("substitution",)]),
        ("{ a; }", [()]),
        ("sh -c '(a)'", [(), ("script", "subshell")]),
    ],
)
def test_what_a_command_stands_in(text: str, contexts: list[tuple[str, ...]]) -> None:
    assert [command.context for command in script(text).commands] == contexts


def test_background() -> None:
    assert [command.background for command in script("a & b").commands] == [True, False]
    assert [command.background for command in script("(a; b) & c").commands] == [True, True, False]
    assert [command.background for command in script("sh -c 'a' & b").commands] == [True, True, False]


def test_pipelines() -> None:
    a, b, c, d, e = script('a | b && c "$(d)" | e').commands
    assert a.pipeline == b.pipeline == (a, b)
    assert c.pipeline == e.pipeline == (c, e)
    assert d.pipeline == ()
    cat, tee = script("cat <<EOF | tee f\nx\nEOF").commands
    assert cat.pipeline == tee.pipeline == (cat, tee)


@pytest.mark.parametrize(
    ("text", "pipes"),
    [
        ("a && b <f | c", ["b c"]),
        ("a || b 2>&1 | c && d <f | e", ["b c", "d e"]),
        ("a && b <f | c d | e && g <f | h", ["b c e", "g h"]),
        ("a | b <f | c", ["a b c"]),
        ("a && cat <<EOF | b && c\nx\nEOF\n", ["cat b"]),
        ("a && { b; c; } >f | d", ["b c d"]),
        ("(a && b) 2>/dev/null | c", ["a b c"]),
        ("! a && b <f | c", ["b c"]),
    ],
)
def test_a_redirection_in_a_pipe_takes_nothing_into_it(text: str, pipes: list[str]) -> None:
    found = dict.fromkeys(command.pipeline for command in script(text).commands if command.pipeline)
    assert [" ".join(str(command.name) for command in pipe) for pipe in found] == pipes


def test_negation() -> None:
    assert [command.negated for command in script("! a && b; ! c | d").commands] == [True, False, True, False]


def test_a_redirection_behind_a_pipeline_is_its_last_commands() -> None:
    a, b = script("a | b > f").commands
    assert (a.redirects, [redirect.span.text for redirect in b.redirects]) == ([], ["> f"])
    a, b = script("a | (b) > f").commands
    assert a.redirects == b.redirects == []


def test_names() -> None:
    assert only("/usr/sbin/nginx -t").name == "nginx"
    assert only("'apt-get' update").name == "apt-get"
    assert only("$CMD x").name is None
    assert only("A=1").name is None
    assert [word.text for word in only("A=1 B='x y' make all").assignments] == ["A=1", "B='x y'"]


def test_redirections() -> None:
    first, second, third = only("a > log 2>&1 < in").redirects
    assert (first.operator, first.descriptor, first.span.text) == (">", "", "> log")
    assert first.target is not None
    assert first.target.value == "log"
    assert (second.operator, second.descriptor, second.span.text) == (">&", "2", "2>&1")
    assert (third.operator, third.span.text) == ("<", "< in")
    assert [word.text for word in only("a > log b c").words] == ["a", "b", "c"]


def test_a_variable_behind_a_dash_is_a_part_of_its_word() -> None:
    found = only("curl https://e.com/$V/tool-$V_x.jar -o a")
    assert [word.text for word in found.words] == ["curl", "https://e.com/$V/tool-$V_x.jar", "-o", "a"]
    assert found.words[1].variables == ("V", "V_x")


def test_heredocs() -> None:
    source = "cat <<'EOF' > f\nnginx é\nEOF\n"
    command = only(source)
    heredoc, file = command.redirects
    assert heredoc.heredoc is not None
    assert heredoc.heredoc.text == "nginx é\n"
    assert heredoc.heredoc.span(0, 5).text == "nginx"
    assert heredoc.target is not None
    assert heredoc.target.quoted
    assert file.operator == ">"
    assert command.span.text == "cat <<'EOF' > f"


# Places


def test_places_through_a_continued_line() -> None:
    text = "RUN apt-get é \\\n  # why\n  install 'a b'\n"
    source = Source("Dockerfile", text)
    body = Mapped(source, [(4, "apt-get é "), (text.index("  install"), "  install 'a b'")])
    (command,) = parse(body).commands
    assert [word.span.text for word in command.words] == ["apt-get", "é", "install", "'a b'"]
    assert [word.span.line for word in command.words] == [1, 1, 3, 3]
    assert command.span.text == text[4:-1]


BITS = ["a", "é", "🐳", " ", "  ", "&&", "||", ";", "|", "&", "(", ")", "{", "}", "$x", "$(", "`", '"', "'", "\\", "\n"]
BITS += ["if ", "then ", "fi", "do ", "done", "while ", "for x in ", "case ", "esac", "<<E\n", "E\n", ">", "2>&1", "#"]
BITS += ["[ ", " ]", "[[ ", "=", "A=", "sh -c ", "\r\n", "\0", "\udc80", "${", "!", "*", "{{", "exec ", "-c"]
scripts = st.one_of(st.lists(st.sampled_from(BITS), max_size=25).map("".join), st.text(max_size=60))


@settings(max_examples=600, deadline=None)
@given(scripts)
def test_any_text_is_read_and_every_place_is_right(text: str) -> None:
    read = script(text)
    for command in read.commands:
        effective = command.effective
        assert effective.words or not command.words
        assert isinstance(command.options().has("-y"), bool | None)
        assert command.span.text
        assert repr(command)
        for piece in [*command.words, *command.assignments]:
            if "script" not in command.context:
                assert piece.span.text == piece.text == text[piece.start : piece.end]
            assert piece.value is None or piece.value == piece.prefix
    for error in read.errors:
        assert 0 <= error.start <= error.end <= len(text)


def test_letters_far_beyond_ascii_are_ordinary_letters() -> None:
    # The grammar's own code reads outside its tables for these and may end the process.
    for code in range(0x80, 0x110000, 997):
        if not 0xD800 <= code < 0xE000:
            (command,) = script(f"echo x{{{chr(code)}}} y").commands
            assert [word.text for word in command.words] == ["echo", f"x{{{chr(code)}}}", "y"]


@pytest.mark.parametrize(
    "text", ["(" * 5000, ")" * 1000, "$(" * 3000, "a && " * 3000, "a;" * 3000, "\\" * 99, "x" * 10**6]
)
def test_hostile_text(text: str) -> None:
    assert isinstance(script(text), Script)


def test_deeply_nested_substitutions() -> None:
    assert isinstance(script("a $(" * 2000 + ")" * 2000), Script)


def test_places_in_a_script_inside_a_continued_line() -> None:
    text = "sh -c 'a \\\n  b c'"
    (outer, inner) = script(text).commands
    source = Source("Dockerfile", text)
    body = Mapped(source, [(0, "sh -c 'a "), (text.index("  b"), "  b c'")])
    outer, inner = parse(body).commands
    assert [word.span.text for word in inner.words] == ["a", "b", "c"]
    assert outer.words[2].inside.text == "a   b c"


# What cannot be read


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('apt-get update && apt-get install "curl', ["apt-get update"]),
        ("a; b; c (", ["a", "b"]),
        ("a\nb )\nc", ["a", "c"]),
        ("a\n\\= b", []),
    ],
)
def test_half_written_text_gives_what_is_sure(text: str, left: list[str]) -> None:
    read = script(text)
    assert read.broken
    assert set(commands(text)) <= set(left)


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("ls", "powershell"),
        ("ls", "cmd"),
        ("ls", "unknown"),
        ("Invoke-WebRequest x -OutFile y; Remove-Item z", "posix-sh"),
        ("$ErrorActionPreference = 'Stop'; ls", "posix-sh"),
        ("[Net.ServicePointManager]::SecurityProtocol = 1", "posix-sh"),
        ("powershell -Command ls", "posix-sh"),
        ("mkdir %ProgramFiles%\\x", "posix-sh"),
        ("apt-get install {{ packages }}", "posix-sh"),
        ("{% if x %}ls{% endif %}", "posix-sh"),
        ("<%= install %>", "posix-sh"),
        ("pip install x==@@VERSION@@", "posix-sh"),
        ("set -eux; %%INSTALL%%", "posix-sh"),
    ],
)
def test_other_shells_and_templates_are_left_alone(text: str, dialect: str) -> None:
    read = script(text, dialect)
    assert not read.understood
    assert read.commands == []
    assert not read.broken


@pytest.mark.parametrize(
    "text",
    [
        "docker inspect --format '{{.State}}' x",
        'pwsh -c "$Env:HOME"',
        "echo ${x%%-*}",
        "curl -w '%{http_code}' localhost",
        "date +%Y-%m-%d",
        "echo 100%",
    ],
)
def test_shell_that_looks_like_a_template_is_read(text: str) -> None:
    read = script(text)
    assert read.understood
    assert len(read.commands) == 1


# Words


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("curl", "curl"),
        ("'a b'", "a b"),
        ('"a b"', "a b"),
        ("a\\ b", "a b"),
        ('"a\\"b\\n"', 'a"b\\n'),
        ("a'b'\"c\"d", "abcd"),
        ("''", ""),
        ("a\\\nb", "ab"),
        ("$'a b'", None),
        ('$"a b"', None),
        ("a$", "a$"),
        ("~/x", "~/x"),
        ("*.deb", "*.deb"),
        ("$x", None),
        ("a${x}b", None),
        ('"$(b)"', None),
        ("`b`", None),
        ("'$x'", "$x"),
        ('"{{ version }}"', None),
        ("é🐳", "é🐳"),
    ],
)
def test_value_of_a_word(text: str, value: str | None) -> None:
    assert word(text).value == value


def test_a_dollar_before_a_continuation_may_begin_a_variable() -> None:
    assert word("$\\\n-").value is None


def test_what_else_a_word_tells() -> None:
    assert word("foo=$VERSION").prefix == "foo="
    assert word("${A:-x}-$B'$C'\"$D\"").variables == ("A", "B", "D")
    assert word("*.deb").glob
    assert not word("'*.deb'").glob
    assert word("lib{a,b}").glob
    assert word("$x").may_split
    assert not word('"$x"').may_split
    assert word('"$x"').quoted
    assert not word("$x").quoted
    assert word("'a'\"b\"c").inside.text == "abc"


LITERAL = st.text(st.sampled_from("ab '\"\\$`.é\n\t-=/"), max_size=12)


@settings(max_examples=40, deadline=None)
@given(st.lists(LITERAL, min_size=1, max_size=20))
def test_values_are_what_a_shell_hands_over(texts: list[str]) -> None:
    words = [found for text in texts for command in script(f"a {text}").commands for found in command.words[1:]]
    known = [found for found in words if found.value is not None and not found.glob]
    lines = "".join(f"printf '%s\\0' {found.text}\n" for found in known)
    done = subprocess.run(["sh"], input=lines.encode(), capture_output=True, check=False)
    assert done.stdout.decode().split("\0")[:-1] == [found.value for found in known]


# The command that is run in the end


@pytest.mark.parametrize(
    ("text", "name", "wrappers"),
    [
        ("apt-get update", "apt-get", ()),
        ("sudo -E apt-get update", "apt-get", ("sudo",)),
        ("sudo -u me A=1 apt-get update", "apt-get", ("sudo",)),
        ("exec nginx", "nginx", ("exec",)),
        ("env A=b -u C nginx", "nginx", ("env",)),
        ("env", "env", ()),
        ("time -p make", "make", ("time",)),
        ("nohup nice -n 5 /opt/server", "server", ("nohup", "nice")),
        ("gosu me:me redis-server", "redis-server", ("gosu",)),
        ('su-exec "$USER" nginx', "nginx", ("su-exec",)),
        ("tini -- nginx", "nginx", ("tini",)),
        ("dumb-init nginx", "nginx", ("dumb-init",)),
        ("timeout -k 5 10s nginx", "nginx", ("timeout",)),
        ("command nginx", "nginx", ("command",)),
        ("command -v nginx", "command", ()),
        ("xargs -n 1 apt-get install -y", "apt-get", ("xargs",)),
        ("python3.11 -m pip install x", "pip", ("python -m",)),
        ("python -um http.server", "http.server", ("python -m",)),
        ("python -W ignore -m flask run", "flask", ("python -m",)),
        ("python -c 'import x'", "python", ()),
        ("python manage.py runserver", "python", ()),
        ("python $X -m flask", "python", ()),
        ("poetry run gunicorn app", "gunicorn", ("poetry",)),
        ("poetry install", "poetry", ()),
        ("uv run --with x flask run", "flask", ("uv",)),
        ("npx serve -s build", "serve", ("npx",)),
        ("conda run -n env python -m pip install x", "pip", ("conda", "python -m")),
        ("sudo $FLAGS apt-get update", "sudo", ()),
    ],
)
def test_effective_command(text: str, name: str, wrappers: tuple[str, ...]) -> None:
    effective = script(text).commands[0].effective
    assert (effective.name, effective.wrappers) == (name, wrappers)
    assert effective.words[0].span.text in text


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("sh -c 'a && b c'", ["a", "b c"]),
        ('bash -lc "a \\"b\\""', ['a \\"b\\"']),
        ("bash -o pipefail -c 'a | b'", ["a", "b"]),
        ("su postgres -c 'pg_ctl start'", ["pg_ctl start"]),
        ("su - node -c 'npm ci'", ["npm ci"]),
        ("sudo -u me bash -c 'a'", ["a"]),
        ("bash <<EOF\na\nb\nEOF", ["a", "b"]),
        ("bash -e -s <<EOF\na\nEOF", ["a"]),
        ("eval 'a b'", ["a b"]),
        ("sh -c \"bash -c 'a'\"", ["bash -c 'a'", "a"]),
        ("sh script.sh -c x", []),
        ("cat <<EOF > x.sh\na\nEOF", []),
        ("echo sh -c 'a'", []),
    ],
)
def test_scripts_inside_commands(text: str, inner: list[str]) -> None:
    read = script(text)
    assert [command.span.text for command in read.commands if "script" in command.context] == inner


def test_a_script_inside_knows_its_wrappers() -> None:
    outer, inner = script("timeout 5 sh -c 'exec nginx'").commands
    assert outer.effective.name == "sh"
    assert inner.effective.name == "nginx"
    assert inner.effective.wrappers == ("timeout", "exec")


def test_a_substitution_in_a_script_inside_is_told_once() -> None:
    assert commands('sh -c "a $(b)"') == ['sh -c "a $(b)"', "a $(b)", "b"]


# Options


def options(text: str, *valued: str) -> Options:
    return only(text).options(valued)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("x -y", True),
        ("x install -qqy curl", True),
        ("x --yes", True),
        ("x --yes=true", True),
        ("x curl", False),
        ("x -t -y", False),
        ("x -oA=y", False),
        ("x -- -y", False),
        ("x 'a-y'", False),
        ("x $FLAGS", None),
        ('x "$FLAG"', None),
        ("x curl=$VERSION", False),
        ("x -$F", None),
        ("x $FLAGS -y", True),
    ],
)
def test_flags(text: str, answer: bool | None) -> None:
    assert only(text).has_flag("-y", "--yes", valued=("-t", "-o")) is answer


def test_options_with_values_and_operands() -> None:
    found = options("x -t a --to=b -tc --to d e -v f -- -g", "-t", "--to")
    assert found.values("-t", "--to") == ["a", "b", "c", "d"]
    assert [operand.text for operand in found.operands] == ["e", "f", "-g"]
    assert options("x -qq --quiet").count("-q", "--quiet") == 3
    assert options("x -q=2").values("-q") == ["2"]
    assert options("x --to=$V", "--to").values("--to") == [None]


def test_single_dash_names() -> None:
    found = only("go build -ldflags '-s -w' -v ./x").options(("-ldflags",), clusters=False)
    assert found.values("-ldflags") == ["-s -w"]
    assert found.has("-v") is True
    assert found.has("-l") is False
    assert [operand.text for operand in found.operands] == ["build", "./x"]


# Exec form


def element(source: Source, raw: str, value: str) -> Text:
    start = source.text.index(raw)
    return Text(value, Span(source, start, start + len(raw)))


def test_exec_form() -> None:
    source = Source("Dockerfile", 'RUN ["sh", "-c", "a \\"é\\" && b $X"]')
    raw = '"a \\"é\\" && b $X"'
    read = parse_exec(
        [element(source, '"sh"', "sh"), element(source, '"-c"', "-c"), element(source, raw, 'a "é" && b $X')]
    )
    assert [command.name for command in read.commands] == ["sh", "a", "b"]
    assert read.commands[1].words[1].value == "é"
    assert read.commands[1].words[1].span.text == '\\"é\\'  # an escape stands for its first character
    assert read.commands[2].span.text == "b $X"
    assert parse_exec([]).commands == []


def test_no_shell_reads_an_exec_form() -> None:
    source = Source("Dockerfile", '["echo", "$X"]')
    (command,) = parse_exec([element(source, '"echo"', "echo"), element(source, '"$X"', "$X")]).commands
    assert command.words[1].value == "$X"
    assert command.words[1].variables == ()


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("a && b 2>x", ["a", "b 2>x"]),
        ("a; b && c $(d) > x 2>&1", ["a", "b", "c $(d) > x 2>&1", "d"]),
        ("a | b && c | d 2>e", ["a", "b", "c", "d 2>e"]),
        ("! a > x", ["a > x"]),
    ],
)
def test_a_redirection_behind_a_chain_belongs_to_its_last_command(text: str, commands: list[str]) -> None:
    assert [command.span.text for command in script(text).commands] == commands


def test_what_follows_a_long_pipe_is_no_part_of_it() -> None:
    pipe = " | ".join(f"command-{number} --option 'a b' -x" for number in range(9))
    commands = script(f"{pipe} && after --all || other").commands
    assert [len(command.pipeline) for command in commands] == [9] * 9 + [0, 0]
    assert [command.joined for command in commands] == ["", *["|"] * 8, "&&", "||"]


def dump(script: Script) -> list[object]:
    """All there is to know of a script, places relative to its beginning."""
    begin = script.body.origin(0) if script.body.text else 0
    numbers = {id(command): number for number, command in enumerate(script.commands)}

    def words(given: Sequence[Word]) -> list[object]:
        return [(word.text, word.value, word.span.start - begin, word.span.end - begin) for word in given]

    return [
        (
            command.name,
            words(command.words),
            words(command.assignments),
            [
                (each.operator, each.descriptor, words([each.target] if each.target else []), each.span.start - begin)
                for each in command.redirects
            ],
            (command.joined, command.context, command.background, command.negated, command.wrappers),
            [numbers.get(id(part)) for part in command.pipeline],
            (command.span.start - begin, command.span.end - begin, command.effective.name, command.effective.wrappers),
        )
        for command in script.commands
    ]


@pytest.mark.parametrize(
    "text",
    [
        "apt-get update && apt-get install -y curl > /dev/null",
        "curl -f https://example.com/x | tar -xz | tee log || exit 1",
        "A=1 B=2 sudo -E env C=3 make 2>&1 &",
        "if ! test -f x; then echo no; else for i in 1 2; do echo $i | cat; done; fi",
        "export X=$(date | cut -c1) && echo ${X:-`id`}",
        "cat <<EOF | sh\necho hi\nEOF",
        "bash -c 'apt-get install -y curl | cat' && su -c \"make install\"",
        "> file",
        "echo 'unclosed",
        "",
    ],
)
def test_a_script_that_was_read_before_is_the_same_at_its_new_place(text: str) -> None:
    again._known.clear()
    first = parse(Mapped.of(Source("a", text).whole))
    there = Source("b", f"RUN {text}\n")
    moved = parse(Mapped.of(there.span(4, 4 + len(text))))
    again._known.clear()
    fresh = parse(Mapped.of(there.span(4, 4 + len(text))))
    assert dump(moved) == dump(fresh) == dump(first)
    assert all(word.span.source is there for command in moved.commands for word in command.words)
