from __future__ import annotations

from dagdock.api import Bad, Command, ImageRef, Problem, Problems, Project, Run, rule

from ._end_of_life import end_of, names_old_system


@rule(
    "DF329",
    severity="info",
    since="0.1",
    words=["apt-key"],
    words_near=True,
    bad=[
        Bad("FROM debian:12\nRUN curl -fsSL https://example.com/key.asc | «apt-key» add -\n"),
    ],
    good=[
        ("FROM debian:12\nRUN curl -fsSL https://example.com/key.asc -o /etc/apt/keyrings/vendor.asc\n"),
        "FROM debian:12\nRUN apt-key list\n",
    ],
)
def apt_key_used(run: Run, project: Project) -> Problems:
    """`apt-key` is used, which newer releases no longer have.

    A key that `apt-key` adds is trusted for every archive, not only for its own. Debian 13 and Ubuntu 25.04 have
    removed the program, so the build fails there. Store the key in `/etc/apt/keyrings` (on releases before Debian 12
    and Ubuntu 22.04 make that folder first) and name it in the source: `deb
    [signed-by=/etc/apt/keyrings/vendor.asc] https://…`. Nothing is said where the base image is of a release that gets
    no updates any more: it will never be moved, or has to be moved first.

    https://manpages.debian.org/bookworm/apt/apt-key.8.en.html#DEPRECATION
    """
    for command in run.script.commands:
        effective = command.effective
        if effective.name == "apt-key" and any(word.value in ("add", "adv") for word in effective.arguments):
            image = run.stage.root_image if run.stage else None
            if (image and end_of(image, project.today)) or names_old_system(run.span.source.path, project.today):
                return
            yield Problem(
                effective.words[0],
                f"`apt-key` is gone from Debian 13 and Ubuntu 25.04. {_remedy(effective, run)}",
                severity="error" if image and _is_gone(image) else None,
            )
            return


def _is_gone(image: ImageRef) -> bool:
    """Whether the release surely has no `apt-key` any more."""
    tag = (image.tag or "").lower()
    if image.familiar == "ubuntu":
        return tag.startswith(("25.04", "25.10", "26.", "resolute", "plucky", "questing"))
    return "trixie" in tag or (image.familiar == "debian" and tag.startswith("13"))


def _remedy(command: Command, run: Run) -> str:
    values = [word.value for word in command.arguments]
    place = values.index("--keyring") + 1 if "--keyring" in values else len(values)
    file = values[place] if place < len(values) else None
    if file and "adv" not in values:
        named = "" if f"signed-by={file}" in run.dockerfile.source.text else ", and name it in the list of sources"
        return f"Write `gpg --dearmor -o {file}` in its place{named}"
    made = "" if _has_keyrings(run) else "mkdir -p /etc/apt/keyrings && "
    if "adv" in values and any(value and value.startswith("--recv") for value in values):
        return (
            f"Fetch the key with `gpg --recv-keys`, write it with `{made}gpg --export -o /etc/apt/keyrings/NAME.gpg`, "
            "and name it in the list of sources: `deb [signed-by=/etc/apt/keyrings/NAME.gpg] https://…`"
        )
    folder = "`/etc/apt/keyrings` (make it with `mkdir -p`)" if made else "`/etc/apt/keyrings`"
    return (
        f"Store the key in {folder} and name it with `signed-by=` in the list of sources: `deb "
        "[signed-by=/etc/apt/keyrings/NAME.asc] https://…`"
    )


def _has_keyrings(run: Run) -> bool:
    """Whether the folder of keys is there: surely in images of Debian 12 and Ubuntu 22.04 and later."""
    image = run.stage.root_image if run.stage else None
    tag = (image.tag or "") if image else ""
    if any(name in tag for name in ("bookworm", "trixie", "jammy", "noble")) or "/etc/apt/keyrings" in run.body.text:
        return True
    release = tag.partition("-")[0].partition(".")[0]
    since = {"debian": 12, "ubuntu": 22}.get(image.familiar if image else "")
    return since is not None and release.isdigit() and int(release) >= since
