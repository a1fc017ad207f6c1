"""Which user an image runs as."""

from __future__ import annotations

import re

from dagdock.api import Cmd, CommandInstruction, Copy, Entrypoint, Project, Run, Stage, User

from ._base_image import known_image
from ._comments import said_above
from ._entry_scripts import entry_scripts
from ._made_for import DEVELOPMENT

ROOT = frozenset(("root", "0", "containeradministrator", "administrator"))
DROPPERS = r"\b(?:gosu|su-exec|setpriv|s6-setuidgid|chroot --userspec|fixuid|fixdockergid)\b"

# What a script starts a program as another user with.
CHANGERS = r"^[ \t]*(?:exec[ \t]+)?(?:su[ \t]+(?!root\b)|runuser\b|sudo[ \t]+(?:-\w+[ \t]+)*-u[ \t]*(?!root\b))"
# Programs that begin as root on purpose: they change to other users themselves, or start programs that do.
BEGIN_AS_ROOT = frozenset(
    "nginx openresty httpd httpd-foreground apache2 apache2ctl apachectl apache2-foreground php-fpm sshd cron crond "
    "supervisord postfix master dovecot haproxy varnishd squid named vsftpd proftpd init systemd my_init runit "
    "runsvdir runit_bootstrap s6-svscan openrc-init dockerd containerd buildkitd dockerd-entrypoint.sh rsyslogd slapd "
    "unbound chronyd ntpd mosquitto snmpd exim exim4 opendkim clamd radiusd freeradius smbd nmbd xinetd rpcbind "
    "pure-ftpd lighttpd stunnel asterisk zabbix_server zabbix_agentd in.tftpd".split()
)

# Folders of images that other builds work with.
FOR_BUILDS = frozenset(
    "ci cicd cloudbuild buildpacks buildkite jenkins runner runners gitpod codespaces builder workspace debug "
    "debugging base".split()
)

# Words of a comment that gives a reason for root.
REASONS = ("need", "require", "must", "because", "have to", "has to", "only works")
# With these the comment speaks of steps of the build, behind which an ordinary user is due.
BUILDING = ("install", "apt", "apk", "dnf", "yum", "package", "build", "chown", "copy", "next step")


def is_root(user: User, stage: Stage) -> bool:
    """Whether USER surely names root, with or without a group."""
    value = user.user.resolve(stage.scope_at(user)) if user.user else None
    return value is not None and value.partition(":")[0].lower() in ROOT


def runs_as_root(run: Run, stage: Stage) -> bool:
    """Whether a RUN surely runs as root: by USER, or as the base image is known to do."""
    user = stage.user_at(run)
    if user is not None:
        return is_root(user, user.stage or stage)
    known = known_image(stage.root_image)
    return known is not None and known["user"] in ("root", "drops")


def begins_as_root(stage: Stage) -> bool:
    """Whether the image starts a program that needs root to begin with and runs its work as somebody else."""
    for kind in (Entrypoint, Cmd):
        last = stage.last(kind)
        for command in last.script.commands if last else ():
            name = (command.effective.name or "").rstrip("0123456789.")
            if name in BEGIN_AS_ROOT:
                return True
    return False


def drops_root(stage: Stage) -> bool:
    """Whether the image brings a tool that changes to an ordinary user when the container starts."""
    return any(
        re.search(DROPPERS, instruction.body.text)
        for part in stage.chain()
        for instruction in part.instructions
        if isinstance(instruction, (CommandInstruction, Copy))
    )


def is_usual_root(stage: Stage, project: Project) -> bool:
    """Whether an image is expected to end as root: what it starts gives root up, or it is a place to work in."""
    if is_workplace(stage) or drops_root(stage) or begins_as_root(stage) or is_for_builds(stage):
        return True
    return script_begins_as_root(stage, project)


def script_begins_as_root(stage: Stage, project: Project) -> bool:
    """Whether a script that starts the image goes on with a program that begins as root, or gives root up."""
    programs = "|".join(sorted(BEGIN_AS_ROOT))
    begins = rf"(?m)^[ \t]*(?:exec[ \t]+)?(?:/\S*/)?(?:{programs})(?:[ \t]|$)|{DROPPERS}|{CHANGERS}"
    return any(
        re.search(begins, script.text)
        for starter, script in entry_scripts(stage.dockerfile, project)
        if starter in (stage.last(Entrypoint), stage.last(Cmd))
    )


def is_for_builds(stage: Stage) -> bool:
    """Whether the image is named after a service that runs builds, whose files belong to root, or its file after the
    work on the project (`Dockerfile.dev`), after what others are built on
    (`Dockerfile.base`), or after the rights that it is there for (`Dockerfile-privileged`)."""
    *folders, file = stage.span.source.path.lower().split("/")[-2:]
    if any(not FOR_BUILDS.isdisjoint(re.split(r"[-_.]", name)) for name in folders):
        return True
    words = set(re.split(r"[-_.]", file)) - {"dockerfile"}
    return not words.isdisjoint(DEVELOPMENT | {"base", "builder", "privileged", "root"})


def is_workplace(stage: Stage) -> bool:
    """Whether it is a dev container, whose user devcontainer.json names."""
    path = stage.span.source.path
    image = stage.root_image
    return "/.devcontainer/" in f"/{path}" or (image is not None and image.repository.startswith("devcontainers/"))


def is_explained(user: User) -> bool:
    """Whether the comment right above says why the program needs root."""
    said = said_above(user)
    if re.search(r"\bruns? as (?:the )?root\b", said):
        return True
    is_about_root = "as root" in said or re.search(r"\b(?:needs?|requires?) root\b", said)
    return bool(is_about_root and any(why in said for why in REASONS)) and not any(step in said for step in BUILDING)
