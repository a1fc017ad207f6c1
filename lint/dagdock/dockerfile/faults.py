"""What is wrong with the syntax of a Dockerfile; each kind of fault is the name of the rule that reports it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from dagdock import image
from dagdock.dockerfile.commands import Cmd, CommandInstruction, Entrypoint, Healthcheck, Run
from dagdock.dockerfile.flags import REPEATABLE, SWITCHES, WITH_VALUE
from dagdock.dockerfile.instruction import Instruction
from dagdock.dockerfile.instructions import KINDS, Copy, CopyLike, From, Maintainer, Onbuild, Shell, StopSignal, Unknown
from dagdock.dockerfile.lexer import LINE_LIMIT, SPACES
from dagdock.dockerfile.mounts import mount_faults
from dagdock.dockerfile.pairs import Arg, Env, Label, Pair, PairsInstruction
from dagdock.spelling import nearest
from dagdock.text import Located, Span, Text

if TYPE_CHECKING:
    from dagdock.dockerfile.document import Dockerfile
    from dagdock.dockerfile.flags import Flag
    from dagdock.dockerfile.heredocs import Heredoc
    from dagdock.dockerfile.lexer import Directive
    from dagdock.dockerfile.words import Word

_NAMES = [kind.upper() for kind in KINDS]
_TEMPLATE_MARKS = ("{{", "{%", "{#", "<%", "<#")  # a line for a template engine, gone before Docker sees the file
_DURATION_UNITS = {"ns": 1e-6, "us": 1e-3, "µs": 1e-3, "μs": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4, "h": 3.6e6}
_SIGNALS = frozenset(
    "ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP "
    "TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX".split()
)


class Fault:
    """Something that Docker refuses or will not read as it was meant.

    `kind` is the name of the rule that reports it, `message` what to say. `nearest` is what was probably meant, to be
    put in place of `span`; None where that would be a guess. `related` is another place that belongs to it.
    """

    __slots__ = ("instruction", "kind", "message", "nearest", "related", "span")

    def __init__(
        self,
        kind: str,
        where: Located,
        message: str,
        instruction: Instruction | None = None,
        nearest: str | None = None,
        related: Located | None = None,
    ) -> None:
        self.kind = kind
        self.span = where.span
        self.message = message
        self.instruction = instruction
        self.nearest = nearest
        self.related = related.span if related is not None else None

    def __repr__(self) -> str:
        return f"Fault({self.kind!r}, {self.span!r})"


Faults = Iterator[Fault]


def faults_of(dockerfile: Dockerfile) -> list[Fault]:
    """All faults of a file, in order of their places."""
    found = [*_directives(dockerfile), *_long_lines(dockerfile), *_first_instruction(dockerfile)]
    for instruction in dockerfile.all_instructions():
        if not instruction.too_long:
            found += _faults_in(instruction)
            if isinstance(instruction, (From, Copy, Run)):
                found += _images(instruction)
    found.sort(key=lambda fault: (fault.span.start, fault.span.end))
    return found


# Texts without a fault: an editor asks about the same instructions at every letter. So many are kept.
_MOST = 4096
_faultless: set[tuple[type[Instruction], bool, str, int, str]] = set()


def _faults_in(instruction: Instruction) -> list[Fault]:
    """The faults that come of an instruction's own text."""
    text = instruction.lines.text
    known = (type(instruction), instruction.onbuild is None, instruction.dockerfile.escape, instruction.begin, text)
    if known in _faultless:
        return []
    found = [fault for check in _CHECKS_OF[type(instruction)] for fault in check(instruction)]
    # The text of a heredoc is no part of the lines, and what an unknown line belongs to stands above it.
    if not (found or instruction.heredocs or isinstance(instruction, Unknown) or len(text) > 2000):
        if len(_faultless) >= _MOST:
            _faultless.clear()
        _faultless.add(known)
    return found


def _directives(dockerfile: Dockerfile) -> Faults:
    firsts: dict[str, Directive] = {}
    for directive in dockerfile.directives:
        first = firsts.setdefault(directive.name, directive)
        if directive.repeated:
            yield Fault(
                "escape-directive-invalid",
                directive,
                f"the directive `{directive.name}` is given twice, and Docker refuses the second. Delete one of them",
                related=first,
            )
        elif directive.name == "escape" and directive.value not in ("\\", "`"):
            yield Fault(
                "escape-directive-invalid",
                directive.value,
                f"`{directive.value}` cannot be the escape character: Docker knows only `\\` and the backtick",
            )


def _long_lines(dockerfile: Dockerfile) -> Faults:
    text, source = dockerfile.source.text, dockerfile.source
    if len(text) * 4 <= LINE_LIMIT:
        return
    start = 0
    for line in text.split("\n"):
        if len(line) * 4 > LINE_LIMIT and len(line.encode("utf-8", "surrogateescape")) > LINE_LIMIT:
            where = Span(source, start, start)
            yield Fault("line-too-long", where, f"this line has more than {LINE_LIMIT} bytes, which Docker refuses")
        start += len(line) + 1


def _first_instruction(dockerfile: Dockerfile) -> Faults:
    known = [each for each in dockerfile.instructions if not isinstance(each, Unknown)]
    if not dockerfile.instructions:
        yield Fault(
            "first-instruction-not-from",
            dockerfile.source.top,
            "there is no instruction in this file. A Dockerfile begins with `FROM` and an image",
        )
    elif not any(isinstance(each, From) for each in known):
        for first in known[:1]:
            yield Fault(
                "first-instruction-not-from",
                first.keyword,
                "there is no FROM in this file, so Docker has nothing to build on. Begin with `FROM` and an image",
                first,
            )
    else:
        for each in known:
            if isinstance(each, From):
                return
            if not isinstance(each, Arg):
                yield Fault(
                    "first-instruction-not-from",
                    each.keyword,
                    f"{each.name} stands before the first FROM, where Docker allows only ARG. Move it below FROM",
                    each,
                )


def _keyword(instruction: Unknown) -> Faults:
    keyword = instruction.keyword
    if keyword.startswith(_TEMPLATE_MARKS) or _is_omission(instruction):
        return
    if not keyword:
        where = Span(keyword.span.source, keyword.span.start, keyword.span.start + 1)
        yield Fault("unknown-instruction", where, "this line continues nothing. Delete it", instruction)
        return
    meant = nearest(keyword, _NAMES)
    if meant is not None:
        meant = meant.lower() if keyword.islower() else meant
        message = f"`{keyword}` is no Dockerfile instruction; did you mean `{meant}`?"
    else:
        message = f"`{keyword}` is no Dockerfile instruction{_probable_cause(instruction)}"
    yield Fault("unknown-instruction", keyword, message, instruction, meant)


def _is_omission(instruction: Unknown) -> bool:
    """Whether the line is only `...`, as documentation writes where it leaves something out."""
    text = instruction.span.text.strip()
    return text.strip("[]<>() ") in ("...", "…") and len(text) < 8


def _probable_cause(instruction: Unknown) -> str:
    """Where the line was probably meant to belong, or what comes of it where nobody can say."""
    unknown = ", so Docker stops here"
    if instruction.onbuild is not None or instruction.index == 0:
        return unknown
    above = instruction.dockerfile.instructions[instruction.index - 1]
    between = instruction.dockerfile.source.text[above.lines.end : instruction.lines.start]
    if above.splits != "quotes" or isinstance(above, Unknown) or between.strip():
        return unknown
    return f". If it belongs to the {above.name} above, end the line before it with `{instruction.dockerfile.escape}`"


def _flags(instruction: Instruction) -> Faults:
    if isinstance(instruction, Unknown):
        return
    name = instruction.name
    with_value, switches = WITH_VALUE.get(name, ()), SWITCHES.get(name, ())
    seen: dict[str, Flag] = {}
    for flag in instruction.flags:
        if flag.name not in with_value + switches:
            meant = nearest(flag.name, with_value + switches)
            hint = f"; did you mean `--{meant}`?" if meant else _known_flags(with_value + switches)
            yield Fault(
                "unknown-flag",
                flag.span.to(flag.name),
                f"{name} has no flag `--{flag.name}`{hint}",
                instruction,
                f"--{meant}" if meant else None,
            )
            continue
        if flag.name in seen and flag.name not in REPEATABLE:
            yield Fault(
                "duplicate-flag",
                flag,
                f"`--{flag.name}` is given twice, and Docker refuses the second. Delete one of them",
                instruction,
                related=seen[flag.name],
            )
        seen.setdefault(flag.name, flag)
        if flag.name in with_value and not flag.value:
            yield Fault("flag-without-value", flag, f"`--{flag.name}` needs a value: `--{flag.name}=…`", instruction)
        elif flag.name in switches and flag.value is not None and flag.value.lower() not in ("true", "false"):
            yield Fault(
                "flag-without-value", flag, f"`--{flag.name}` stands alone or with `=true` or `=false`", instruction
            )


def _known_flags(known: tuple[str, ...]) -> str:
    if not known:
        return "; it takes no flags"
    return "; it knows " + ", ".join(f"`--{each}`" for each in known)


def _arguments(instruction: Instruction) -> Faults:
    """Too few and too many of them; a bare RUN, CMD or ENTRYPOINT is legal."""
    name, message = instruction.name, ""
    if isinstance(instruction, (Unknown, Run, Cmd, Entrypoint)):
        return
    if isinstance(instruction, From):
        yield from _from_arguments(instruction)
    elif isinstance(instruction, CopyLike):
        if len(instruction.words) < 2:
            message = f"{name} needs a source and a destination"
    elif isinstance(instruction, (Env, Label)):
        if not instruction.pairs or (instruction.pairs[0].legacy and instruction.pairs[0].value is None):
            message = f"{name} needs a name and a value: `{name} name=value`"
    elif not instruction.body.text:
        message = f"{name} needs an argument"
    if message:
        yield Fault("missing-arguments", instruction, f"{message}. Docker refuses it as it stands", instruction)


def _from_arguments(instruction: From) -> Faults:
    words = instruction.words
    if not words:
        yield Fault("missing-arguments", instruction, "FROM needs an image", instruction)
    elif len(words) == 2 and instruction.as_keyword:
        yield Fault("missing-arguments", instruction, "AS needs a name for the stage behind it", instruction)
    elif len(words) > 1 and not instruction.as_keyword:
        where = words[1].span.to(words[-1])
        yield Fault(
            "too-many-arguments",
            where,
            f"FROM takes one image, and `AS name` behind it; `{where.text}` is neither"
            + (". Put the comment on a line of its own" if where.text.startswith("#") else ""),
            instruction,
        )
    elif len(words) > 3:
        where = words[3].span.to(words[-1])
        yield Fault(
            "too-many-arguments", where, f"nothing may follow the name of the stage; delete `{where.text}`", instruction
        )


def _healthcheck(instruction: Healthcheck) -> Faults:
    if instruction.type is None:
        return
    kind = instruction.type.lower()
    if kind == "none":
        if len(instruction.words) > 1:
            where = instruction.words[1].span.to(instruction.words[-1])
            yield Fault("too-many-arguments", where, "HEALTHCHECK NONE takes no arguments. Delete them", instruction)
        return
    if kind != "cmd":
        yield Fault(
            "invalid-healthcheck-type",
            instruction.type,
            f"HEALTHCHECK wants `CMD` and a command, or `NONE`, not `{instruction.type}`",
            instruction,
        )
    elif not instruction.command.text or instruction.exec_form == []:
        yield Fault("invalid-healthcheck-type", instruction, "HEALTHCHECK CMD needs a command behind it", instruction)
    for flag in instruction.flags:
        if flag.value and flag.name in WITH_VALUE["HEALTHCHECK"]:
            if "$" in flag.value:
                reason = "Docker puts no variables in here"
            else:
                reason = _bad_retries(flag.value) if flag.name == "retries" else _bad_duration(flag.value)
            if reason:
                message = f"`--{flag.name}={flag.value}`: {reason}"
                yield Fault("invalid-healthcheck-option", flag.value, message, instruction)


def _bad_retries(value: str) -> str:
    digits = value[1:] if value[:1] in ("+", "-") else value
    if not (digits.isascii() and digits.isdigit()):
        return "this is a number of attempts, such as 3"
    return "it cannot be negative" if value.startswith("-") and int(digits[:20]) else ""


def _bad_duration(value: str) -> str:
    """What is wrong with a duration of Go; nothing where "" comes back."""
    import re

    text = value[1:] if value[:1] in ("+", "-") else value
    if text == "0":
        return ""
    parts = re.findall(r"(\d+\.?\d*|\.\d+)([a-zµμ]+)", text, re.ASCII)
    if text.replace(".", "", 1).isdigit():
        return f"a time needs a unit: `{value}s` is seconds"
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return "this is no time; write it like `30s` or `1m30s`"
    unknown = [unit for _, unit in parts if unit not in _DURATION_UNITS]
    if unknown:
        return f"`{unknown[0]}` is no unit of time; Docker knows h, m, s, ms"
    milliseconds = sum(float(number[:30]) * _DURATION_UNITS[unit] for number, unit in parts)
    if milliseconds and (value.startswith("-") or milliseconds < 1):
        return "a time is at least 1ms"
    return ""


def _stop_signal(instruction: StopSignal) -> Faults:
    signal = instruction.signal
    literal = signal.literal if signal else None
    if signal is None or literal is None or _is_signal(literal):
        return
    name = literal.upper().removeprefix("SIG")
    meant = nearest(name, _SIGNALS) if name.isalnum() else None
    yield Fault(
        "invalid-stop-signal",
        signal,
        f"`{literal}` is no signal" + (f"; did you mean `SIG{meant}`?" if meant else ""),
        instruction,
        f"SIG{meant}" if meant else None,
    )


def _is_signal(text: str) -> bool:
    if text.isascii() and text.isdigit():
        return 1 <= int(text[:4]) <= 64
    name = text.upper().removeprefix("SIG")
    base, sign, offset = name.partition("+" if name.startswith("RTMIN") else "-")
    if sign and base in ("RTMIN", "RTMAX"):
        return offset.isascii() and offset.isdigit() and 1 <= int(offset[:3]) <= 15
    return name in _SIGNALS


def _json(instruction: Instruction) -> Faults:
    fault = instruction.json_fault
    if isinstance(instruction, Shell):
        yield from _shell(instruction)
    if fault is None:
        return
    if fault.reason == "not-strings":
        yield Fault(
            "json-array-not-strings",
            fault,
            f"every element of an exec form is text in double quotes, and `{fault.span.text}` is not",
            instruction,
            _as_string(fault.span.text),
        )
    elif (fault.by_mistake or _lists_words(instruction)) and not isinstance(instruction, Shell):
        reads = (
            "hands all of it to the shell" if isinstance(instruction, CommandInstruction) else "takes it word by word"
        )
        yield Fault(
            "malformed-exec-form",
            fault.whole,
            f"this is no JSON array, so Docker {reads}: {_JSON_REASONS[fault.reason]}",
            instruction,
            fault.mended,
        )


def _lists_words(instruction: Instruction) -> bool:
    """`CMD [npm, start]`: what a container starts with is no test command, and no pattern."""
    import re

    is_list = r"\[(?:[^\s\[].*|\s+[\w./-]+,.*)\]\s*"
    return isinstance(instruction, (Cmd, Entrypoint)) and bool(re.fullmatch(is_list, instruction.body.text, re.DOTALL))


_JSON_REASONS = {
    "single-quotes": "its words are in single quotes; JSON wants double ones",
    "typographic-quotes": "its quotes are typographic ones; JSON wants plain double quotes",
    "missing-comma": "a comma is missing between two of its words",
    "trailing-comma": "there is a comma behind its last word",
    "missing-bracket": "its closing `]` is missing",
    "open-quote": "a double quote is never closed",
    "bad-escape": "a backslash stands before a character that needs none; write `\\\\` for a backslash",
    "text-after": "there is text behind the closing `]`",
    "no-json": "every word needs double quotes, with commas between the words",
}


def _as_string(text: str) -> str | None:
    """A number or truth value in quotes."""
    return f'"{text}"' if text in ("true", "false") or text.replace(".", "", 1).lstrip("-").isdigit() else None


def _shell(instruction: Shell) -> Faults:
    if instruction.exec_form or not instruction.body.text:
        return
    fault = instruction.json_fault
    if fault is not None and fault.reason == "not-strings":
        return
    text = instruction.body.text
    if instruction.exec_form is not None:
        yield Fault(
            "invalid-shell-form", instruction.arguments, "SHELL needs at least one word in its array", instruction
        )
        return
    mended = fault.mended if fault else None
    if fault is None and not set(text) & set("\"'$`\\[]{}"):
        mended = "[" + ", ".join(f'"{word}"' for word in text.split()) + "]"
    yield Fault(
        "invalid-shell-form",
        instruction.arguments,
        "SHELL is a JSON array of words in double quotes"
        + (f": `SHELL {mended}`" if mended else f"; {_JSON_REASONS[fault.reason]}" if fault else ""),
        instruction,
        mended,
    )


def _pairs(instruction: Instruction) -> Faults:
    """Pairs without `=` or name, and words that Docker cannot read."""
    if isinstance(instruction, PairsInstruction):
        for pair in instruction.pairs:
            if not pair.key_word.raw:
                yield Fault(
                    "invalid-key-value", pair, f"a name is missing before `=` in `{pair.span.text}`", instruction
                )
            elif pair.value is None and not pair.legacy and not isinstance(instruction, Arg):
                yield Fault(
                    "invalid-key-value",
                    pair,
                    f"`=` is missing: {instruction.name} wants `name=value`, and a value with blanks in quotes",
                    instruction,
                )
    torn: set[int] = set()
    for pair in instruction.pairs if isinstance(instruction, PairsInstruction) else ():
        if mended := _torn_quotes(pair):
            torn.update((id(pair.key_word), id(pair.value)))
            yield Fault(
                "invalid-key-value",
                pair,
                "Docker cuts at `=` before it looks at quotes, so each half has one that is never closed, and the "
                f"build stops. Put the quotes around the value: `{mended}`",
                instruction,
                mended,
            )
    for word in _expanded_words(instruction):
        if word.fault is not None and id(word) not in torn:
            yield Fault("invalid-key-value", word.fault, f"{word.fault.message}; Docker stops here", instruction)


def _torn_quotes(pair: Pair) -> str | None:
    """What was meant by `"name=value"`: `name="value"`."""
    if pair.legacy or pair.value is None or pair.key_word.fault is None or pair.value.fault is None:
        return None
    key, value, sign = pair.key_word.raw, pair.value.raw, pair.key_word.raw[:1]
    if sign not in ("'", '"') or value[-1:] != sign or sign in key[1:] or sign in value[:-1]:
        return None
    name = key[1:] if not set(key) & set(" \t") else key + sign
    return f"{name}={sign}{value}" if key[1:] else None


def _expanded_words(instruction: Instruction) -> Iterator[Word]:
    """The words into which Docker puts variables, and so reads quotes and substitutions."""
    if not instruction.expands or isinstance(instruction, Maintainer):
        return
    if isinstance(instruction, PairsInstruction):
        for pair in instruction.pairs:
            yield pair.key_word
            if pair.value is not None:
                yield pair.value
    elif isinstance(instruction, CopyLike):
        yield from instruction.sources
        if instruction.destination is not None:
            yield instruction.destination
    elif isinstance(instruction, From):
        yield from instruction.words[:1]
    else:
        yield from instruction.words


def _images(instruction: From | Copy | Run) -> Faults:
    """Names in FROM, `COPY --from` and `from=` that are no image."""
    dockerfile = instruction.dockerfile
    if isinstance(instruction, From):
        word = instruction.image_word
        name = word.literal if word and word.fault is None else None
        stage = instruction.stage
        if word is None or name is None or (stage and stage.parent):
            return
        reason = _bad_reference(name)
        if reason:
            yield Fault("invalid-image-reference", word, f"`{name}` is no image name: {reason}", instruction)
        return
    for flag_value, by_index in _from_values(instruction):
        stage = instruction.stage
        if "$" in flag_value[:-1]:
            yield Fault(
                "variable-in-copy-from",
                flag_value,
                f"Docker puts no variables into `{flag_value}` here and stops. Write `FROM {flag_value} AS name` above"
                " and take it from `name`",
                instruction,
            )
            continue
        named = dockerfile.stage_named(flag_value, by_index=by_index)
        if by_index and flag_value.isascii() and flag_value.isdigit():
            if stage and instruction.onbuild is None and (named is None or named.index > stage.index):
                missing = "there is no stage" if named is None else "this is a later stage, not built yet; stage"
                yield Fault(
                    "stage-used-before-definition",
                    flag_value,
                    f"{missing} {flag_value}: stages count from 0, and only those above can be used",
                    instruction,
                    related=named.from_instruction if named else None,
                )
        elif named is not None:
            above = dockerfile.stage_named(flag_value, before=stage, by_index=False) if stage else None
            if stage and above is None and named is not stage and instruction.onbuild is None:
                yield Fault(
                    "stage-used-before-definition",
                    flag_value,
                    f"the stage `{flag_value}` comes only below, and Docker builds from top to bottom. Move it up",
                    instruction,
                    related=named.from_instruction,
                )
        elif reason := _bad_reference(flag_value):
            yield Fault(
                "invalid-image-reference",
                flag_value,
                f"`{flag_value}` is no stage and no image name: {reason}",
                instruction,
            )


def _from_values(instruction: Instruction) -> Iterator[tuple[Text, bool]]:
    """What `COPY --from` and `from=` of mounts name, and whether a number is a stage's index there."""
    if isinstance(instruction, Copy) and instruction.from_ and instruction.from_.value:
        yield instruction.from_.value, True
    elif isinstance(instruction, Run):
        yield from ((mount.from_, False) for mount in instruction.mounts if mount.from_)


def _bad_reference(name: str) -> str:
    """Why Docker refuses an image's name; "" where it does not."""
    if image.parse(name) is not None:
        return ""
    if any(character in SPACES for character in name):
        return "there is a blank in it"
    if name.startswith(("http://", "https://")):
        return "an image is named without `http://` or `https://`"
    before, at, _ = name.partition("@")
    rest = before.rpartition("/")[2]
    if rest.endswith(":"):
        return "there is no tag behind its colon"
    if at and image.parse(before) is not None:
        return "the digest behind `@` is not of the form `sha256:` and 64 hexadecimal digits"
    if image.parse(before.lower()) is not None:
        return "only lower-case letters are allowed before the tag"
    return "it is not of the form `registry/path/name:tag`"


def _onbuild(instruction: Onbuild) -> Faults:
    inner = instruction.inner
    if isinstance(inner, (Onbuild, From, Maintainer)):
        message = f"ONBUILD cannot keep {inner.name} for later builds, and Docker refuses it"
        yield Fault("onbuild-invalid-trigger", inner.keyword, message, instruction)


def _heredocs(instruction: Instruction) -> Faults:
    if instruction.onbuild is not None:
        return
    for heredoc in instruction.heredocs:
        if heredoc.terminator is None:
            yield Fault(
                "unterminated-heredoc",
                heredoc.opener,
                f"this heredoc never ends: {_why_unterminated(heredoc)}, so the rest of the file became its text",
                instruction,
            )


def _why_unterminated(heredoc: Heredoc) -> str:
    name = heredoc.name
    for line in heredoc.span.text.split("\n"):
        if line.strip() == name:
            if line.rstrip("\r").endswith(name):
                return f"blanks stand before the closing `{name}`"
            return f"blanks stand behind the closing `{name}`"
    return f"no line is `{name}` alone"


def _blank_lines(instruction: Instruction) -> Faults:
    if instruction.onbuild is None:
        for blank in instruction.blank_lines:
            yield Fault(
                "empty-continuation",
                blank,
                f"this blank line splits a continued {instruction.name}, which Docker is going to refuse. Delete it",
                instruction,
            )


def _mounts(instruction: Run) -> Faults:
    for mount in instruction.mounts:
        for where, message, meant in mount_faults(mount):
            yield Fault("invalid-mount-option", where, message, instruction, meant)


# What is looked for in an instruction's own text, and in which instructions.
_CHECKS: tuple[tuple[Callable[..., Faults], tuple[type[Instruction], ...]], ...] = (
    (_keyword, (Unknown,)),
    (_flags, (Instruction,)),
    (_arguments, (Instruction,)),
    (_healthcheck, (Healthcheck,)),
    (_stop_signal, (StopSignal,)),
    (_json, (Instruction,)),
    (_pairs, (Instruction,)),
    (_onbuild, (Onbuild,)),
    (_heredocs, (Instruction,)),
    (_blank_lines, (Instruction,)),
    (_mounts, (Run,)),
)
_CHECKS_OF = {
    kind: [check for check, kinds in _CHECKS if issubclass(kind, kinds)] for kind in (*KINDS.values(), Unknown)
}
