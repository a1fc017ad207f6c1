from __future__ import annotations

import re
from posixpath import basename, dirname, join, normpath
from typing import TYPE_CHECKING

from dagdock.api import (
    Bad,
    ComposeFile,
    Problem,
    Problems,
    Project,
    Related,
    Service,
    Text,
    VolumeMount,
    rule,
)

from ._model import is_extended, runs_in_swarm
from ._occasion import is_short_lived
from ._stores import store_of

if TYPE_CHECKING:
    from dagdock.api import Stage

# Words in the name of a file or of its folder that say that it is not for good, besides those of tests and examples.
PIECES = frozenset("base build common fixtures override overrides sample samples spec testdata".split())
# Words in the name of an image at which somebody sits, and starts it again.
INTERACTIVE = ("jupyter", "notebook", "rstudio", "code-server")
# Commands with which a container only waits for somebody.
WAITING = ("sleep", "tail")
# Folders of the project, as they are mounted, that hold what is worked on.
SOURCES = frozenset([".", "app", "code", "dags", "lib", "notebooks", "plugins", "scripts", "src"])
# So many Compose files may each stand for a whole deployment; where there are more, one shows what is usual.
FEW = 3


@rule(
    "DC507",
    severity="info",
    since="0.1",
    lessons=["L27"],
    bad=[
        Bad('services:\n  «web»:\n    image: nginx:1.27\n    ports: ["80:80"]\n'),
        Bad(
            "services:\n  web:\n    image: nginx:1.27\n    ports: ['80:80']\n    restart: always\n"
            "  «db»:\n    image: postgres:16\n    volumes: ['data:/var/lib/postgresql/data']\nvolumes:\n  data:\n"
        ),
    ],
    good=[
        'services:\n  web:\n    image: nginx:1.27\n    ports: ["80:80"]\n    restart: unless-stopped\n',
        "services:\n  load:\n    image: load:1\n    command: load /data\n",
        {"compose.dev.yaml": 'services:\n  web:\n    image: nginx:1.27\n    ports: ["80:80"]\n'},
        'services:\n  web:\n    image: web:1\n    ports: ["80:80"]\n    healthcheck: {test: curl -f localhost}\n',
    ],
)
def service_stays_down(file: ComposeFile, project: Project) -> Problems:
    """A server has no restart policy: when it fails, it stays down.

    Without `restart` Docker leaves a container that crashed, or was stopped by a reboot, as it is.
    `restart: unless-stopped` brings it back. A `healthcheck` besides shows when the program hangs though its process
    is there; by itself it brings nothing back, but then somebody looks, and nothing is said. A file says it once, at
    the first such service.

    The file must be one that is to last: another of its services comes back, or in a project with few Compose files it
    serves the web, or nothing of the project's sources is mounted. Files that are for development, tests or examples
    by their name or by what they say at the top are left alone, and so are those without any policy that the README
    has people look at on `localhost`.

    https://docs.docker.com/engine/containers/start-containers-automatically/
    https://docs.docker.com/reference/compose-file/services/#restart
    """
    path = project.path_of(file.source.whole) or file.source.path
    words = set(re.split(r"[^a-z0-9]+", "/".join(path.lower().split("/")[-2:])))
    if runs_in_swarm(file) or not words.isdisjoint(PIECES) or is_short_lived(file, project):
        return
    if is_extended(file, project):
        return
    services = list(project.merged(file).services.values())
    if not any(map(_comes_back, services)):
        few = project.once("Compose files that publish ports", lambda: _count_published(project)) <= FEW
        if words.isdisjoint(("prod", "production")) and not (few and _is_deployment(services)):
            return
        if words.isdisjoint(("prod", "production")) and _is_for_this_machine(file, project):
            return
    down = [service for service in services if _stays_down(service, project)]
    if _stand_for_each_other(down):
        return
    here = [service for service in down if service.span.source is file.source]
    if here:
        alike = [service for service in file.services.values() if not service.has("restart") and service != here[0]]
        others = f" (`{here[1].name}`{' and others' if len(alike) > 1 else ''}, too)" if len(here) > 1 else ""
        yield Problem(
            here[0],
            f"the file gives `{here[0].name}` no restart policy{others}: when it crashes or the machine restarts, it "
            "stays down. Add `restart: unless-stopped`",
            related=[Related(service, "stays down, too") for service in here[1:]],
        )


def _comes_back(service: Service) -> bool:
    """Whether a service shows that the file is for more than an afternoon."""
    restart = service.value("restart")
    return restart is not None and restart.resolved != "no"


def _is_deployment(services: list[Service]) -> bool:
    """Whether one serves the web, or none of the project's sources is mounted; no folder that a variable names is."""
    mounts = [mount for service in services for mount in service.volumes]
    if any(mount.written_source and mount.written_source.startswith("$") and not mount.is_named for mount in mounts):
        return False
    if any(str(port.published) in ("80", "443") for service in services for port in service.ports):
        return True
    return not any(map(_is_source, mounts))


def _is_for_this_machine(file: ComposeFile, project: Project) -> bool:
    """Whether the README beside the file, or that of the project, has it looked at on one's own machine, or is about
    development: then somebody starts it by hand."""
    for folder in dict.fromkeys((dirname(project.path_of(file.source.whole) or ""), "")):
        for name in project.facts.names(folder or "."):
            if name.lower().startswith("readme"):
                text = (project.facts.read(join(folder, name)) or b"").decode("utf-8", "replace").lower()
                if re.search(
                    r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0):\d|local(?:ly)? (?:dev|run)|development (?:stack|env)", text
                ):
                    return True
    return False


def _stand_for_each_other(services: list[Service]) -> bool:
    """Whether two publish the same port: only one of them can run, for as long as it is looked at."""
    ports = [
        str(port.published) for service in services for port in {str(p.published): p for p in service.ports}.values()
    ]
    known = [port for port in ports if port.isdigit()]
    return len(set(known)) < len(known)


def _is_source(mount: VolumeMount) -> bool:
    if mount.source is None:
        return False
    is_beside = mount.source.startswith(".") and "." not in basename(mount.source.strip("./"))
    return basename(normpath(mount.source)) in SOURCES or (is_beside and basename(mount.target or "") in SOURCES)


def _count_published(project: Project) -> int:
    """The number of Compose files that publish ports."""
    found: list[str] = []

    def look(place: str, content: bytes) -> bool:
        is_data = not {"fixtures", "testdata", "tests", "test"}.isdisjoint(place.lower().split("/"))
        if b"ports:" in content and re.search(rb"^services:", content, re.MULTILINE) and not is_data:
            found.append(place)
        return False

    list(project.compose_files(look))
    return len(found)


def _stays_down(service: Service, project: Project) -> bool:
    """Whether it is a server, as far as can be told, that nothing brings back."""
    if not service.complete or service.has("healthcheck") or service.profiles or service.has("develop"):
        return False
    restart = service.restart
    deploy = service.deploy
    policy = deploy.section("restart_policy") if deploy else None
    condition = policy.value("condition") if policy else None
    if (restart and restart.resolved != "no") or service.has("provider"):
        return False
    if deploy and deploy.has("restart_policy") and not (condition and condition.resolved == "none"):
        return False
    if service.value("stdin_open") or service.value("tty") or _is_developed(service) or _waits(service):
        return False
    if any(word in f"{service.name} {service.image.raw if service.image else ''}".lower() for word in INTERACTIVE):
        return False
    stage = project.stage_of(service) if service.build else None
    if stage and _has_healthcheck(stage):
        return False
    if service.ports or service.has("expose"):
        return True
    return _runs_server(service) if service.has("command") else store_of(service) is not None


def _runs_server(service: Service) -> bool:
    """Whether the command starts a program that does not end by itself."""
    from dagdock.api import parse_exec

    from ..dockerfile._servers import server_of

    words = service.command.words if service.command else []
    texts = [Text(str(word.resolved), word.span) for word in words if word.resolved is not None]
    if not texts or len(texts) < len(words):
        return False
    return any(server_of(command.effective) for command in parse_exec(texts).commands)


def _waits(service: Service) -> bool:
    words = service.command.words if service.command else []
    return bool(words) and (words[0].resolved or "") in WAITING


def _is_developed(service: Service) -> bool:
    """Whether it runs the code that lies beside the file: somebody works on it and looks after it."""
    return service.build is not None and any(map(_is_source, service.volumes))


def _has_healthcheck(stage: Stage) -> bool:
    from dagdock.api import Healthcheck

    return any(part.all_of(Healthcheck) for part in stage.chain())
