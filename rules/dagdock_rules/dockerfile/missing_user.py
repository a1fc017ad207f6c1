from __future__ import annotations

import posixpath
import re
from functools import cache, lru_cache

from dagdock.api import (
    Bad,
    Cmd,
    CommandInstruction,
    Copy,
    CopyLike,
    Dockerfile,
    Entrypoint,
    Env,
    Expose,
    Label,
    Problem,
    Problems,
    Project,
    Run,
    Service,
    Stage,
    User,
    rule,
)

from ..packages import package_commands
from ._base_image import known_image
from ._copies import from_context
from ._entry_scripts import entry_scripts
from ._made_for import DEVELOPMENT
from ._started import HELP, SHORT, listening, place_in_root_home, started
from ._users import begins_as_root, drops_root, is_for_builds, is_workplace, script_begins_as_root

INTERACTIVE = frozenset("sh bash ash zsh fish dash".split())
# Languages that wait for input when they are given no program.
CONSOLES = frozenset("R irb julia python python3 ipython node php ghci scala jshell psql sqlite3".split())
MAKES_USERS = frozenset("useradd adduser addgroup groupadd".split())
# Users that images bring along, as which their programs can run. Looked at: 2026-11.
READY = {"node": "node", "php": "www-data"}
# Programs that stay the user they were started as.
STAYS = frozenset(
    "python python3 node nodejs java ruby dotnet flask gunicorn uvicorn hypercorn daphne streamlit npm npx yarn pnpm "
    "bun deno php rails puma tsx ts-node".split()
)
# Programs that do their work only as root: they change the network, mount, trace, or speak to Docker's socket.
NEED_ROOT = frozenset(
    "wg wg-quick boringtun wireguard-go openvpn strongswan ipsec charon iptables ip6tables nft ip tc ifconfig tcpdump "
    "tshark wireshark nmap arp-scan iftop iotop nethogs ptrace strace ltrace perf bpftrace sysdig falco node_exporter "
    "cadvisor fluent-bit filebeat metricbeat telegraf mount umount fsck losetup qemu-system-x86_64 libvirtd nfsd "
    "rpc.nfsd dnsmasq dhcpd hostapd keepalived docker docker-compose podman buildah kaniko executor pack dive nerdctl "
    "crictl ctr skopeo img snort suricata zmap masscan iperf modprobe sysctl tailscaled zerotier-one lkp".split()
)
SOCKET = "docker.sock"
# Folders of the host that only root may read.
OF_HOST = frozenset(("", "/proc", "/sys", "/dev", "/var/run", "/run", "/var/lib/docker", "/var/log"))


@rule(
    "DF604",
    severity="info",
    since="0.1",
    security=4.0,
    lessons=["L13"],
    aliases=[
        "trivy:DS-0002",
        "checkov:CKV_DOCKER_3",
        "kics:missing-user-instruction",
        "sonar:S6471",
        "semgrep:missing-user",
        "semgrep:missing-user-entrypoint",
    ],
    tags=["security"],
    bad=[Bad('«FROM python:3.12-slim»\nCOPY app.py .\nCMD ["python", "app.py"]\n')],
    good=[
        'FROM python:3.12-slim\nCOPY app.py .\nUSER 1000\nCMD ["python", "app.py"]\n',
        'FROM nginxinc/nginx-unprivileged:1.27\nCMD ["nginx", "-g", "daemon off;"]\n',
        'FROM registry.example.com/base:3\nCMD ["app"]\n',
        'FROM postgres:16\nCMD ["postgres"]\n',
    ],
)
def missing_user(stage: Stage, project: Project) -> Problems:
    """The image never says which user it runs as, and its base image is known to leave it at root.

    Everything in the container then runs with all rights in it, and whoever breaks into the program has them too.
    Most programs need none of them: create a user, or take a number, and name it with USER behind the last step that
    needs root. Where each Compose service that is built from the file names a stage (`target`), those stages are looked
    at, else the last one. Nothing is said of a packed tool that needs root, or that works on its caller's files: what
    counts are servers, ports and programs of the project.

    https://docs.docker.com/build/building/best-practices/#user
    """
    first = list(stage.chain())[-1]
    if (
        stage not in _built(stage.dockerfile, project)
        or not stage.from_instruction
        or stage.user_at()
        or drops_root(stage)
        or begins_as_root(stage)
        or is_workplace(stage)
        or is_for_builds(stage)
        or not _is_own_service(stage)
    ):
        return
    facts = known_image(first.image) if not first.is_scratch else {"user": "root"}
    if (
        not facts
        or facts.get("user") != "root"
        or not _starts_program(stage)
        or (_makes_user(stage) and not _stays_root(stage))
        or _is_privileged(stage)
        or script_begins_as_root(stage, project)
        or _works_on_machine(stage, project)
    ):
        return
    reason = "the image runs as root, since it has no USER line"
    if place_in_root_home(stage):
        reason += (
            ", and what it runs lies in `/root`, which no other user may read. Move it, for example to `/app`, then add"
        )
    else:
        reason += ". Add"
    above = _rises_again(stage)
    again = f"; `{above.name or above.base}`, which is built on it, then begins with `USER root`" if above else ""
    yield Problem(stage.from_instruction, f"{reason} {_user(first, stage)} {_place(stage)}{_files(stage)}{again}")


@lru_cache(maxsize=4)  # each stage of a file asks
def _built(file: Dockerfile, project: Project) -> list[Stage]:
    """The stages that are made into images and run: those that Compose services ask for, else the last one.

    Where there are several, those named for the work on the project (`AS dev`) are left out.
    """
    services = project.services_building(file)
    asked = [project.stage_of(service) for service in services if service.build and service.build.target]
    if services and len(asked) == len(services) and None not in asked:
        built = [stage for stage in file.stages if stage in asked]
    else:
        built = file.stages[-1:]
    return [stage for stage in built if len(file.stages) == 1 or not _is_named_for_work(stage)]


def _is_named_for_work(stage: Stage) -> bool:
    return not DEVELOPMENT.isdisjoint(str(stage.name or "").lower().replace("_", "-").split("-"))


def _user(first: Stage, stage: Stage) -> str:
    if first.is_scratch:
        return "a number, such as `USER 10001`,"
    ready = READY.get(first.image.familiar) if first.image else None
    if ready:
        return f"`USER {ready}`, which the image has,"
    if _makes_user(stage):
        return "`USER` with the user that is made here"
    makes = (
        "adduser -D app"
        if first.image and "alpine" in f"{first.image.familiar}:{first.image.tag}"
        else "useradd -m app"
    )
    return f"`RUN {makes}` and `USER app`"


def _files(stage: Stage) -> str:
    """What else the user needs."""
    if stage.root.is_scratch:
        return ""
    folders = ", and give that user the folders that the program writes to"
    if any("/root/" in env.span.text for part in stage.chain() for env in part.all_of(Env)):
        folders += "; what lies in `/root` no other user may read: install it elsewhere"
    return folders


def _place(stage: Stage) -> str:
    """Where USER goes: behind the last step that may need root."""
    works = max((step.index for step in stage.instructions if isinstance(step, (Run, CopyLike))), default=0)
    starters = [step for step in (stage.last(Entrypoint), stage.last(Cmd)) if step and step.stage is stage]
    behind = [step for step in starters if step.index > works]
    if behind:
        return f"before {min(behind, key=lambda step: step.index).name}"
    return "at the end of the file" if stage.is_final else f"at the end of the stage `{stage.name}`"


def _starts_program(stage: Stage) -> bool:
    """Whether the image is made to start a program of its own, which is no shell to work in."""
    commands = [
        instruction
        for part in stage.chain()
        for instruction in part.instructions
        if isinstance(instruction, (Cmd, Entrypoint))
    ]
    return bool(commands) and not any(_is_shell(command) for command in commands) and not _is_console(stage)


def _is_console(stage: Stage) -> bool:
    """Whether all that starts is a language without a program: `CMD ["R"]`."""
    cmd = stage.last(Cmd)
    words = cmd.exec_form if cmd and stage.last(Entrypoint) is None else None
    return words is not None and len(words) == 1 and words[0] in CONSOLES


def _is_own_service(stage: Stage) -> bool:
    """Whether the image runs a server, or a program of the project; a tool that is merely packed runs on the files of
    whoever calls it, and may need their rights."""
    found = started(stage)
    if found is None:
        return True
    commands = [command.effective for command in found[1]]
    if any((command.name or "").endswith(".wasm") for command in commands):
        return False  # there are no users in it
    if commands and commands[-1].words[-1:] and commands[-1].words[-1].value in HELP:
        return False  # a tool that somebody calls with arguments of his own
    if commands and all(command.name in SHORT for command in commands):
        return False
    if any(command.name in NEED_ROOT for command in commands):
        return False
    scope = stage.scope_at()
    return (
        any(command.name in STAYS or listening(command, scope) for command in commands)
        or any(isinstance(step, Expose) for part in stage.chain() for step in part.instructions)
        or _holds_project(stage)
    )


def _holds_project(stage: Stage) -> bool:
    """Whether something of the build context comes into the image, by way of another stage too."""
    seen: set[int] = set()
    wanted = [stage]
    while wanted:
        for part in wanted.pop().chain():
            if part.index in seen:
                continue
            seen.add(part.index)
            for copy in part.all_of(CopyLike):
                if from_context(copy) and any("://" not in source.raw for source in copy.sources):
                    return True
                if isinstance(copy, Copy) and copy.from_stage:
                    wanted.append(copy.from_stage)
            if any(mount.type == "bind" and not mount.from_ for run in part.all_of(Run) for mount in run.mounts):
                return True
    return False


def _works_on_machine(stage: Stage, project: Project) -> bool:
    """Whether what it starts changes the machine it runs on, or speaks to Docker's socket: its script, a Compose file
    or the README beside it says so; or BuildKit itself runs it."""
    file = stage.dockerfile
    if any("moby.buildkit.frontend" in label.span.text for part in stage.chain() for label in part.all_of(Label)):
        return True
    if any(_changes_machine().search(script.text) for _, script in entry_scripts(file, project)):
        return True
    if any(_is_of_machine(service) for service in project.services_building(file)):
        return True
    folder = posixpath.dirname(project.path_of(file) or "")
    readmes = [name for name in project.facts.names(folder or ".") if name.lower().startswith("readme")]
    return any(
        (text := project.text(posixpath.join(folder, name))) is not None and SOCKET in text.text for name in readmes[:2]
    )


def _is_of_machine(service: Service) -> bool:
    """Whether a service is given the host's files, its rights or Docker's socket, which an ordinary user may not use;
    or runs as WebAssembly, where there are no users."""
    if service.privileged and service.privileged.boolean:
        return True
    platform = service.value("platform")
    if SOCKET in service.span.text or (platform and str(platform.resolved).startswith("wasi")):
        return True
    return any(
        SOCKET in str(mount.source) or str(mount.source).rstrip("/") in OF_HOST
        for mount in service.volumes
        if mount.is_bind and mount.source
    )


def _rises_again(stage: Stage) -> Stage | None:
    """The first stage built on this one with a step that needs root, and no USER of its own before."""
    for child in stage.children:
        for step in child.instructions:
            if isinstance(step, User):
                break
            if isinstance(step, Run) and any(True for _ in package_commands(step.script, "install", "update")):
                return child
            if isinstance(step, Run) and any(each.effective.name in MAKES_USERS for each in step.script.commands):
                return child
    return None


@cache
def _changes_machine() -> re.Pattern[str]:
    tools = (
        "modprobe|insmod|depmod|mount|iptables|ip6tables|nft|sysctl|wg|wg-quick|dockerd|tc|ip (?:link|route|addr|rule)"
    )
    return re.compile(rf"(?m)^[ \t]*(?:if |then |exec |! )*(?:{tools})[ \t]")


def _is_shell(command: CommandInstruction) -> bool:
    words = list(command.exec_form or (command.shell_text.text.split() if command.shell_text else []))
    return len(words) == 1 and words[0].rpartition("/")[2] in INTERACTIVE


def _makes_user(stage: Stage) -> bool:
    return any(
        command.effective.name in MAKES_USERS
        for part in stage.chain()
        for instruction in part.instructions
        if isinstance(instruction, Run)
        for command in instruction.script.commands
    )


def _stays_root(stage: Stage) -> bool:
    """Whether what starts is surely no script that changes to the user that was made, and is told of none."""
    starter = stage.last(Entrypoint) or stage.last(Cmd)
    commands = starter.script.commands if starter else []
    if not commands or starter is None or starter.script.broken:
        return False
    words = [word.value or "" for word in commands[-1].effective.words]
    told = any(word.startswith(("--user", "--uid")) or (word == "-u" and words[0] == "gunicorn") for word in words)
    return not told and all(command.effective.name in STAYS for command in commands)


def _is_privileged(stage: Stage) -> bool:
    """Whether a comment or a label says that the container is run with all rights of the host."""
    file = stage.dockerfile
    labels = (label.span.text for part in file.stages for label in part.all_of(Label))
    return any("--privileged" in text for text in (*(comment.text for comment in file.comments), *labels))
