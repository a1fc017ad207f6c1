from __future__ import annotations

from dagdock.api import Bad, Edit, Env, Fix, Pair, Problem, Problems, rule

LISTS = ("LD_LIBRARY_PATH", "PYTHONPATH")


@rule(
    "DF626",
    severity="error",
    since="0.1",
    fix="unsafe",
    bad=[
        Bad(
            "FROM python:3.12-slim\nENV «PATH=/opt/venv/bin»\n",
            fixed="FROM python:3.12-slim\nENV PATH=/opt/venv/bin:$PATH\n",
        ),
        Bad(
            "FROM debian:12\nENV «LD_LIBRARY_PATH=/opt/lib:»\n",
            fixed="FROM debian:12\nENV LD_LIBRARY_PATH=/opt/lib\n",
        ),
    ],
    good=[
        "FROM python:3.12-slim\nENV PATH=/opt/venv/bin:$PATH\n",
        "FROM debian:12\nENV PATH=/opt/bin:/usr/local/bin:/usr/bin:/bin\n",
        "FROM scratch\nCOPY app /bin/app\nENV PATH=/bin\n",
    ],
)
def path_overwritten(env: Env) -> Problems:
    """PATH is set without the folders that were in it.

    No program of the image is found any more, `sh`, `ls` and `python` among them, neither by the RUNs below nor in the
    container. Keep what was there: `PATH=/opt/bin:$PATH`. An empty entry in LD_LIBRARY_PATH or PYTHONPATH, such as a
    `:` at the end, stands for the working directory, so files that lie there by chance are loaded as libraries.

    https://docs.docker.com/reference/dockerfile/#environment-replacement
    """
    for pair in env.pairs:
        if pair.key == "PATH" and _loses_all(env, pair):
            yield Problem(
                pair,
                "without `$PATH` the folders that were in it are gone, and with them `sh` and every other program. "
                "Write `:$PATH` behind it",
                fix=_append(pair),
            )
        elif pair.key in LISTS and pair.value and pair.value.literal and _has_empty_entry(pair.value.literal):
            yield Problem(
                pair,
                f"an empty entry in `{pair.key}` stands for the working directory, whatever lies there. Take it out",
                severity="info",
                fix=_without_colons(pair),
            )


def _loses_all(env: Env, pair: Pair) -> bool:
    value = pair.value
    if value is None or env.stage is None or env.onbuild is not None:
        return False
    text = value.resolve(env.stage.scope_at(env))
    if text is None or any(variable.name.upper() == "PATH" for variable in value.variables):
        return False
    *_, root = env.stage.chain()
    base = str(root.image.familiar if root.image else "")
    if root.is_scratch or (root.image is None and root.from_instruction) or "distroless" in base:
        return False
    if ";" in text or "\\" in text or env.dockerfile.escape == "`" or "%" in text:
        return False  # Windows
    folders = {folder.rstrip("/") for folder in text.split(":")}
    return folders.isdisjoint(("/usr/bin", "/bin"))  # on most systems they are one and the same


def _append(pair: Pair) -> Fix | None:
    value = pair.value
    if value is None or not value.raw or pair.legacy or "'" in value.raw:
        return None
    span = value.span
    if value.raw.startswith('"'):
        if not value.raw.endswith('"') or value.raw.count('"') != 2:
            return None
        end = span.end - 1
    else:
        end = span.end
    return Fix("Keep the folders of `$PATH`", [Edit(span.source.span(end, end), ":$PATH")], "unsafe")


def _has_empty_entry(text: str) -> bool:
    return text != "" and (text.startswith(":") or text.endswith(":") or "::" in text) and ";" not in text


def _without_colons(pair: Pair) -> Fix | None:
    value = pair.value
    if value is None or value.raw != value.literal:
        return None
    kept = ":".join(folder for folder in value.raw.split(":") if folder)
    return Fix.replace("Take the empty entry out", value, kept, "unsafe") if kept else None
