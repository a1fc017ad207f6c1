"""Which programs a stage surely lacks: see data/base-tools.toml for what base images have not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagdock.api import load_data

if TYPE_CHECKING:
    from dagdock.api import CopyLike, ImageRef, Run, Stage

# A COPY to one of these may bring any program.
PROGRAM_FOLDERS = ("/", "/bin", "/sbin", "/usr", "/usr/bin", "/usr/sbin", "/usr/local", "/usr/local/bin", "/opt")
SHELLS = ("sh", "bash", "ash", "dash", "zsh")


def lacks(stage: Stage, tool: str) -> bool:
    """Whether a program surely is not in a stage; False where that is not known."""
    from dagdock.api import CopyLike  # here: a Compose file asks for images alone

    *_, root = stage.chain()
    missing = missing_in_base(root.image) if not root.is_scratch else None
    if root.is_scratch or _is_empty(root.image):
        return not any(isinstance(each, CopyLike) and _may_bring(each, tool) for each in _instructions(stage))
    if missing is None or tool not in missing:
        return False
    words = [tool, *load_data("dagdock_rules", "base-tools")["packages"].get(tool, ())]
    return not any(_brings(instruction, words) for instruction in _instructions(stage))


def missing_in_base(image: ImageRef | None) -> list[str] | None:
    """The programs that a base image does not have, of those that are asked for; None where the image is unknown."""
    if image is None or (image.tag is None and image.digest):
        return None
    table: dict[str, dict[str, Any]] = load_data("dagdock_rules", "base-tools")
    tag, name = (image.tag or "").lower(), image.familiar
    systems = [table[system] for system in ("alpine", "debian", "ubuntu")]
    for system in systems:
        if any(part in tag for part in system["tags"]):
            found: list[str] = system["lacks"]
            return found if name in system["images"] else None
    return next((system["lacks"] for system in systems if name in system["any-tag"]), None)


def _is_empty(image: ImageRef | None) -> bool:
    """Whether an image has no programs at all, not even a shell."""
    name = image.familiar if image else ""
    return "distroless" in name and "debug" not in (image.tag or "" if image else "")


def _instructions(stage: Stage) -> list[Run | CopyLike]:
    from dagdock.api import CopyLike, Run

    return [
        instruction
        for part in stage.chain()
        for instruction in part.instructions
        if isinstance(instruction, (Run, CopyLike))
    ]


def _brings(instruction: Run | CopyLike, words: list[str]) -> bool:
    """Whether an instruction brings a program, or may: a script that nobody reads here, a list of packages."""
    import re

    from dagdock.api import CopyLike

    if isinstance(instruction, CopyLike):
        return any(_may_bring(instruction, word) for word in words)

    text = instruction.shell_text.text if instruction.shell_text else instruction.body.text
    if any(re.search(rf"(?<![\w/.-]){re.escape(word)}|/{re.escape(word)}\b", text) for word in words):
        return True
    script = instruction.script
    return not script.understood or script.broken or any(_is_unknown(command.words) for command in script.commands)


def _is_unknown(words: Any) -> bool:
    """Whether a command may install anything: a script of one's own, packages from a list or a variable."""
    if not words:
        return False
    name = words[0].value
    if name is None or name.endswith(".sh") or name.startswith(("./", "/tmp", "/opt", "/root")):
        return True
    if name.rpartition("/")[2] in (*SHELLS, "make", "xargs", "ansible-playbook"):
        return len(words) > 1
    installs = any(word.value in ("install", "add", "update") for word in words[1:3])
    return installs and any(word.value is None for word in words[1:])


def _may_bring(copy: CopyLike, tool: str) -> bool:
    from dagdock.api import Copy

    texts = [word.value for word in copy.words]
    if any(text.rstrip("/").rpartition("/")[2].startswith(tool) for text in texts):
        return True
    folder = copy.destination.value.rstrip("/") or "/" if copy.destination else ""
    if not isinstance(copy, Copy) or copy.from_ is None:
        # A folder laid over the root may hold it; single files of other names do not.
        return folder == "/" and any(not text.rpartition("/")[2].count(".") for text in texts[:-1])
    return folder in PROGRAM_FOLDERS and any(text.rstrip("/") in PROGRAM_FOLDERS or text == "/" for text in texts[:-1])
