"""An Airflow deployment as the services of a Compose model make it up: its parts, their releases and their options."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from posixpath import basename, join, normpath
from typing import TYPE_CHECKING, NamedTuple

from dagdock.api import (
    AirflowVersion,
    ComposeFile,
    ImageRef,
    Located,
    Mapped,
    Project,
    Service,
    Setting,
    Source,
    Span,
    Text,
    VolumeMount,
    parse_image,
)

if TYPE_CHECKING:
    from dagdock.api import Stage

PREFIX = "AIRFLOW__"
HOME = "/opt/airflow"
_CONFIGS = tuple(f"{home}/airflow.cfg" for home in (HOME, "/usr/local/airflow", "/root/airflow"))
SQL_CONN = ("database.sql_alchemy_conn", "core.sql_alchemy_conn")
SECRET_KEY = ("api.secret_key", "webserver.secret_key")
# What one of them runs goes on until somebody stops it.
SERVERS = frozenset("webserver api-server scheduler dag-processor triggerer worker flower standalone".split())
# The words behind `airflow`; the official image takes them without it.
_COMMANDS = frozenset(
    """api-server celery cheat-sheet config connections dag-processor dags db db-manager edge flower info initdb
    internal-api jobs kerberos kubernetes list_dags plugins pools providers resetdb roles rotate-fernet-key scheduler
    serve_logs standalone sync-perm tasks triggerer upgradedb users variables version webserver worker""".split()
)
_OF_GROUPS = frozenset("celery config connections dags db edge jobs pools roles tasks users variables".split())
# What a container runs that is there to be looked into by hand.
_IDLE = frozenset("airflow bash cat infinity null python sh sleep tail true zsh".split())
# Images whose entry point starts what is asked for and nothing else, and that bring no options of their own.
_OFFICIAL = ("apache/airflow",)
_PUCKEL = "puckel/docker-airflow"
# Images that keep Airflow's settings under names of their own.
_NAMED_OTHERWISE = {
    "core.executor": ("EXECUTOR", "AIRFLOW_EXECUTOR"),
    "core.fernet_key": ("FERNET_KEY", "AIRFLOW_FERNET_KEY"),
    "webserver.secret_key": ("AIRFLOW_SECRET_KEY",),
}


class Call(NamedTuple):
    """One `airflow …` that a container runs: `db migrate`, `celery worker`, `webserver`, with its place."""

    command: str
    place: Text
    arguments: Text
    is_named: bool
    """Whether `airflow` stands before it; else the image's entry point puts it there."""


class Option:
    """A setting of Airflow as a container has it; `value` is None where it is set but not known."""

    __slots__ = ("file", "key", "name", "place", "setting", "value")

    def __init__(
        self,
        name: str,
        key: str,
        value: str | None,
        place: Located,
        setting: Setting | None = None,
        file: str | None = None,
    ) -> None:
        self.name = name
        """`core.executor`."""
        self.key = key
        """How it is written: `AIRFLOW__CORE__EXECUTOR`, or `[core] executor` in `airflow.cfg`."""
        self.value = value
        self.place = place
        self.setting = setting
        """Where it stands in a Compose file's `environment`; None for any other place."""
        self.file = file
        """The path of the env file that it stands in, from the project's root; None for any other place."""

    @property
    def text(self) -> str:
        """The value, with `\0` for what is not known of it."""
        written = self.setting.value if self.setting else None
        return self.value if self.value is not None else (written.filled.text or "") if written else ""

    @property
    def host(self) -> str | None:
        """The host of a URL, where that is known."""
        if self.key.endswith(("_CMD", "_SECRET")):
            return None  # a program or a secrets backend says it
        match = re.search(r"://(?:[^@/?#]*@)?(?P<host>[A-Za-z0-9_.-]+)(?=[:/?,]|$)", self.text)
        return match["host"] if match else None

    @property
    def executors(self) -> list[str]:
        """The short names of the executors that it names."""
        return executors_in(self.value or "")


class Part:
    """A service that runs Airflow or one of its commands."""

    def __init__(self, service: Service, project: Project) -> None:
        self.service = service
        self.name = str(service.name)
        self.stage: Stage | None = project.stage_of(service) if service.build else None
        self.calls: list[Call] | None = _calls(service, self.stage)
        """What it runs; None where that cannot be told."""
        self.version: AirflowVersion | None = _version(service, self.stage, project)
        self._project = project
        self._files: list[tuple[Located, str, dict[str, str | None]]] = []
        self.is_open = self._read_env_files() or self._may_hide_options()
        """Whether options may come from a place that cannot be read."""
        self._config = _config_file(self, project)
        self.is_open = self.is_open or self._config is None

    @property
    def programs(self) -> frozenset[str] | None:
        """Which of Airflow's programs it runs (`worker` for `celery worker`); None where that cannot be told."""
        if self.calls is None:
            return None
        words = {call.command.rpartition(" ")[2] for call in self.calls}
        if self._is_all_in_one(words):
            words.add("scheduler")
        return frozenset(words & SERVERS)

    @property
    def is_plain(self) -> bool:
        """Whether its image surely starts what it is told to and nothing beside it."""
        if self.service.build is None:
            image = self.service.image_ref
            return image is not None and image.familiar in (*_OFFICIAL, _PUCKEL)
        from dagdock.api import Entrypoint

        image = base_image(self.service, self.stage)
        own = self.stage.last(Entrypoint) if self.stage else None
        return image is not None and image.familiar in _OFFICIAL and own is None

    @property
    def prepares(self) -> bool:
        """Whether it makes the tables of the metadata database, or brings them up to date."""
        commands = {call.command for call in self.calls or ()}
        if commands & {"db migrate", "db init", "db upgrade", "initdb", "upgradedb", "standalone"}:
            return True
        settings = (self.service.variable(name) for name in ("_AIRFLOW_DB_MIGRATE", "_AIRFLOW_DB_UPGRADE"))
        return any(setting is not None and setting.resolved not in ("", "false", "False") for setting in settings)

    def option(self, *names: str) -> Option | None:
        """An option by its name, `core.executor`; of several names the first that is set. None where it is not set,
        as far as can be seen."""
        for name in names:
            if found := self._from_environment(name):
                return found
        for name in names:
            if self._config and name in self._config:
                section, _, key = name.partition(".")
                value = self._config[name]
                return Option(name, f"[{section}] {key}", _literal(value), value)
        return None

    def lacks(self, *names: str) -> bool:
        """Whether none of these options is surely set."""
        return not self.is_open and self.option(*names) is None

    def _from_environment(self, name: str) -> Option | None:
        section, _, option = name.partition(".")
        key = f"{PREFIX}{section}__{option}".upper().replace(".", "_")
        for written in (key, *_NAMED_OTHERWISE.get(name, ()), f"{key}_CMD", f"{key}_SECRET"):
            known = not written.endswith(("_CMD", "_SECRET")) or written == key
            setting = self.service.variable(written)
            if setting is not None:
                value = setting.resolved if known and setting.value else None
                empty = setting.value is not None and setting.value.raw == ""
                return Option(name, written, "" if empty else _text(value), setting.value or setting, setting)
            for place, path, values in reversed(self._files):
                if written in values:
                    return Option(name, written, values[written] if known else None, place, file=path)
            if self.stage and (binding := self.stage.scope_at().get(written)) and binding.span:
                return Option(name, written, self.stage.scope_at().value(written) if known else None, binding.span)
        return None

    def _read_env_files(self) -> bool:
        """Read the service's env files; whether one of them cannot be read."""
        lost = False
        for env_file in self.service.env_files:
            path = self.service.file.path_of(env_file.path)
            relative = self._project.relative(path) if path else None
            values = self._project.variables_in(relative) if relative else None
            if values is not None and relative:
                # What is set to a variable that is not known here is set all the same.
                found = re.findall(
                    rb"^[ \t]*(?:export[ \t]+)?(AIRFLOW_\w+)[ \t]*[=:]", self._read(relative), re.MULTILINE
                )
                named: dict[str, str | None] = dict.fromkeys(name.decode() for name in found)
                self._files.append((env_file, relative, {**named, **values}))
            elif env_file.required is not False or relative is None:
                lost = True
        return lost

    def _read(self, path: str) -> bytes:
        return self._project.facts.read(path) or b""

    def _may_hide_options(self) -> bool:
        service = self.service
        if not service.complete or service.configs or service.has("volumes_from") or self.calls is None:
            return True
        if any(setting.name.startswith(PREFIX) and setting.value is None for setting in service.environment):
            return True
        if service.build is not None:
            return self.stage is None or self.stage.root_image is None or starts_a_script(self.stage)
        return service.image_ref is None or service.image_ref.familiar not in _OFFICIAL

    def _is_all_in_one(self, words: set[str]) -> bool:
        """The image of puckel starts a scheduler beside the web server where tasks run in the same container."""
        image = self.service.image_ref
        if image is None or _PUCKEL not in image.name or "webserver" not in words:
            return False
        executor = self.option("core.executor")
        return executor is None or executor.value is None or not executor.value.startswith("Celery")


class Deployment:
    """All of Airflow in one Compose model; `complete` where nothing of the model is out of sight."""

    def __init__(self, model: ComposeFile, parts: list[Part]) -> None:
        self.model = model
        self.parts = parts
        self.complete = model.complete and not any(part.service.has("network_mode") for part in parts)

    @property
    def servers(self) -> list[Part]:
        """The parts that run on and on: web server, scheduler, workers …"""
        return [part for part in self.parts if part.programs]

    @property
    def is_known(self) -> bool:
        """Whether it is known of each part what it runs."""
        return self.complete and all(part.calls is not None for part in self.parts)

    def running(self, *programs: str) -> list[Part]:
        return [part for part in self.parts if part.programs and not part.programs.isdisjoint(programs)]

    def at_least(self, major: int, minor: int = 0) -> bool | None:
        """Whether all parts are of that release or a newer one; None where that is not known, or they differ."""
        answers = {part.version.at_least(major, minor) if part.version else None for part in self.parts}
        return answers.pop() if len(answers) == 1 else None

    def executors(self) -> list[Option]:
        """The executor of each server that has one set, by its short name; the same place once."""
        found: dict[tuple[int, int, int], Option] = {}
        for part in self.servers:
            option = part.option("core.executor")
            if option is not None:
                span = option.place.span
                found.setdefault((id(span.source), span.start, span.end), option)
        return list(found.values())

    def uses(self, executor: str) -> bool:
        """Whether some server surely has that executor, alone or among several."""
        return any(executor in option.executors for option in self.executors())


def deployment(model: ComposeFile, project: Project) -> Deployment | None:
    """The Airflow in a Compose model; None where there is none."""
    parts = [Part(service, project) for service in model.services.values() if is_airflow(service, project)]
    return Deployment(model, parts) if parts else None


def executors_in(value: str) -> list[str]:
    """The short names of the executors that a value names: the end of a whole path, puckel's `Local` with its end."""
    names = []
    for part in value.split(","):
        name = part.strip().strip("'\"").rpartition(":")[2].rpartition(".")[2]
        if re.fullmatch(r"[A-Z]\w*", name):
            names.append(name if name.endswith("Executor") else f"{name}Executor")
    return names


def is_airflow(service: Service, project: Project) -> bool:
    """Whether a service is a part of Airflow: by its image, its options, its command, or what it is built on."""
    if any(setting.name.startswith(PREFIX) for setting in service.environment):
        return True
    image = service.image_ref
    if service.build is not None:
        stage = project.stage_of(service)
        words = _words(service)
        if words and basename(words[0].text.partition(" ")[0]) == "airflow":
            return True
        if stage and any(name.startswith(PREFIX) for name in stage.scope_at().names()):
            return True
        image = (stage.root_image if stage else None) or image
    return image is not None and _is_airflow_image(image)


def _is_airflow_image(image: ImageRef) -> bool:
    name = "/" + image.repository.lower().rpartition("/")[2]
    return bool(_airflow_name().search(name)) and not _helper_name().search(name)


@cache
def _airflow_name() -> re.Pattern[str]:
    return re.compile(r"airflow|/astro-runtime$|/ap-airflow$")


@cache
def _helper_name() -> re.Pattern[str]:
    """Programs that stand beside Airflow and are called after it."""
    return re.compile(
        r"export|pgbouncer|statsd|postgres|mysql|redis|git-?sync|proxy|nginx|metrics|frontend|(?<![a-z])(?:ui|db|api)$"
    )


def _version(service: Service, stage: Stage | None, project: Project) -> AirflowVersion | None:
    """The release that a service runs: by its image or the one it is built on, else as the files near it say."""
    image = service.image_ref if service.build is None else base_image(service, stage)
    if image and (version := AirflowVersion.of_image(image)):
        return version
    near = project.airflow_version(service)
    # A range over several major releases is put together from files that may be about something else.
    return near if near and near.major is not None else None


def base_image(service: Service, stage: Stage | None) -> ImageRef | None:
    """The image at the bottom of a service's own, with the build arguments that the service gives."""
    if stage is None or service.build is None:
        return None
    root = stage.root
    word = root.image_word
    if word is None:
        return None
    text = word.resolve(_Arguments(service, stage))
    return parse_image(text) if text else None


class _Arguments:
    """The arguments of a build: what the service gives, else the Dockerfile's defaults."""

    def __init__(self, service: Service, stage: Stage) -> None:
        self._given = {str(setting.name): setting.resolved for setting in service.build.args} if service.build else {}
        self._scope = stage.dockerfile.global_scope

    def value(self, name: str) -> str | None:
        return self._given[name] if name in self._given else self._scope.value(name)

    def unset(self, name: str) -> bool:
        return name not in self._given and self._scope.unset(name)


# --- what is run ---


def _calls(service: Service, stage: Stage | None) -> list[Call] | None:
    words = _words(service)
    if words is None:
        return None
    if words:
        return _calls_in(words)
    image = service.image_ref
    if service.build is None and image is not None:
        usual = _usual_command(image)
        return [Call(usual, Text(usual, service.span), Text("", service.span), False)] if usual else None
    return calls_of_stage(stage) if stage else None


def _words(service: Service) -> list[Mapped] | None:
    """The words that are started, those of the entry point first; none where the image decides, None where unknown."""
    found: list[Mapped] = []
    for key, command in (("entrypoint", service.entrypoint), ("command", service.command)):
        if command is not None:
            found += [word.mapped for word in command.words]
            if command.cut:
                return None
        elif service.has(key):
            return None
    return found


def _calls_in(words: list[Mapped]) -> list[Call] | None:
    """What the words run of Airflow; None where they run something that cannot be looked into."""
    texts = [word.text for word in words]
    found = [call for word in words if re.search(r"\s", word.text) for call in _in_script(word)]
    for place, text in enumerate(texts):
        if basename(text) == "airflow":
            found += _in_words(words[place + 1 :], True)
        elif text in _COMMANDS and _is_entry(texts[:place]):
            found += _in_words(words[place:], False)
    idle = all(basename(word) in _IDLE or word.startswith("-") for text in texts for word in text.split())
    return found if found or idle else None


def _is_entry(before: list[str]) -> bool:
    """Whether the words before hand over to what follows: the image's own entry point."""
    return all(basename(text) in ("dumb-init", "tini", "--", "entrypoint", "entrypoint.sh", "exec") for text in before)


def _in_words(words: list[Mapped], is_named: bool) -> Iterator[Call]:
    if not words or words[0].text not in _COMMANDS:
        return
    length = 2 if words[0].text in _OF_GROUPS and len(words) > 1 else 1
    texts = [word.text for word in words]
    place = words[0].piece(0, len(texts[0])) if length == 1 else _spanning(words[0], words[1], " ".join(texts[:2]))
    rest = words[length:]
    arguments = _spanning(rest[0], rest[-1], " ".join(texts[length:])) if rest else Text("", place.span)
    yield Call(" ".join(texts[:length]), place, arguments, is_named)


def _spanning(first: Mapped, last: Mapped, text: str) -> Text:
    start, end = first.span(0, len(first.text)), last.span(0, len(last.text))
    whole = Span(start.source, start.start, end.end) if end.end > start.start else start
    return Text(text, whole)


def _in_script(script: Mapped) -> Iterator[Call]:
    """The `airflow …` commands in the text that a shell reads."""
    for match in _airflow_call().finditer(script.text):
        command = match["command"]
        if command.split()[0] not in _OF_GROUPS:
            command = command.split()[0]
        start, end = match.start("command"), match.start("command") + len(command)
        rest = re.split(r"[;&|]|(?<!\\)\n", script.text[end:], maxsplit=1)[0]
        arguments = script.piece(end, end + len(rest))
        yield Call(" ".join(command.split()), script.piece(start, end), arguments, True)


@cache
def _airflow_call() -> re.Pattern[str]:
    names = "|".join(sorted((re.escape(name) for name in _COMMANDS), key=len, reverse=True))
    return re.compile(
        rf"(?:(?<![\w./-])airflow|(?<![\w.-])[\w./-]*/(?:airflow|entrypoint)(?:[ \t]+airflow)?)"
        rf"[ \t]+(?P<command>(?:{names})(?![\w-])(?:[ \t]+[a-z][\w-]*)?)"
    )


def _usual_command(image: ImageRef) -> str | None:
    """What an image starts that is told nothing else."""
    name = image.repository
    if name.endswith(_PUCKEL) or name in ("bitnami/airflow", "bitnamilegacy/airflow"):
        return "webserver"
    for program in ("scheduler", "worker"):
        if name in (f"bitnami/airflow-{program}", f"bitnamilegacy/airflow-{program}"):
            return program if program == "scheduler" else "celery worker"
    return None


def calls_of_stage(stage: Stage) -> list[Call] | None:
    """What the image of a Dockerfile starts; None where that is a script or is left to the image below."""
    from dagdock.api import Cmd, Entrypoint

    words: list[str] = []
    place: Located | None = None
    for kind in (Entrypoint, Cmd):
        instruction = stage.last(kind)
        if instruction is None:
            continue
        place = instruction
        items = instruction.exec_form
        words += [str(item) for item in items] if items is not None else ["sh", "-c", instruction.body.text]
    if place is None:
        return None
    source = place.span.source
    mapped = [Mapped(source, [(place.span.start, word)]) for word in words]
    calls = _calls_in(mapped)
    if calls is None:
        return None
    return [Call(call.command, Text(call.command, place.span), call.arguments, call.is_named) for call in calls]


# --- folders and hosts ---


def mount_over(part: Part, folder: str) -> VolumeMount | None:
    """The mount that a folder of a container lies in, the one nearest to it."""
    found: VolumeMount | None = None
    for mount in part.service.volumes:
        target = normpath(str(mount.target)) if mount.target else ""
        holds = bool(target) and f"{folder}/".startswith(f"{target.rstrip('/')}/")
        if holds and (found is None or len(target) > len(normpath(str(found.target)))):
            found = mount
    return found


def home_of(part: Part) -> str | None:
    """Airflow's folder in a container; None where it is not known."""
    home = part.service.variable("AIRFLOW_HOME")
    if home is not None:
        return home.resolved and normpath(home.resolved)
    if part.stage and "AIRFLOW_HOME" in part.stage.scope_at():
        return part.stage.scope_at().value("AIRFLOW_HOME")
    image = part.service.image_ref if part.service.build is None else base_image(part.service, part.stage)
    if image is None:
        return None
    if image.familiar in _OFFICIAL:
        return HOME
    return "/usr/local/airflow" if _PUCKEL in image.name else None


def folder_of(part: Part, option: str, below: str) -> str | None:
    """A folder that an option names, else the usual one below Airflow's own; None where it is not known."""
    given = part.option(option)
    if given is not None:
        return normpath(given.value) if given.value and given.value.startswith("/") else None
    home = home_of(part)
    return join(home, below) if home and not part.is_open else None


def copies_to(part: Part, folder: str) -> bool:
    """Whether the image may bring files in a folder: something is copied or fetched to it, or to where is not known."""
    if part.stage is None:
        return False
    from dagdock.api import CopyLike, Run

    for stage in part.stage.chain():
        for instruction in stage.instructions:
            if isinstance(instruction, CopyLike):
                target = instruction.destination.literal if instruction.destination else None
                if target is None or not target.startswith("/") or f"{normpath(target)}/".startswith((f"{folder}/",)):
                    return True
                if f"{folder}/".startswith(f"{normpath(target).rstrip('/')}/"):
                    return True
            elif isinstance(instruction, Run) and basename(folder) in instruction.body.text:
                return True
    return False


def shares_logs(airflow: Deployment) -> bool | None:
    """Whether the parts that show logs read them where the parts that run tasks write them; None where not known."""
    if any(part.option("logging.remote_logging", "core.remote_logging") for part in airflow.servers):
        return True
    places = []
    for part in airflow.running("webserver", "api-server", "worker" if airflow.uses("CeleryExecutor") else "scheduler"):
        folder = folder_of(part, "logging.base_log_folder", "logs")
        if folder is None:
            return None
        mount = mount_over(part, folder)
        if mount is not None and mount.source is None:
            return None
        places.append(None if mount is None or mount.is_anonymous else str(mount.source))
    return len(places) > 1 and None not in places and len(set(places)) == 1


def is_no_service(host: str, part: Part, model: ComposeFile) -> bool:
    """Whether a host is surely none that a container can reach: no service, no other name of one, nothing outside."""
    service = part.service
    if "." in host or host == "localhost" or not model.complete:
        return False
    if any(service.has(key) for key in ("extra_hosts", "external_links", "links", "network_mode", "dns")):
        return False
    for attachment in service.networks:
        network = model.networks.get(attachment.name or "")
        if attachment.name is None or (network is not None and network.external is not False):
            return False
    default = model.networks.get("default")
    if default is not None and default.external is not False:
        return False
    for name, other in model.services.items():
        given = [other.container_name, other.value("hostname")]
        aliases = [value.resolved for attachment in other.networks for value in attachment.values("aliases")]
        names = [name, *(value.resolved for value in given if value), *aliases]
        if None in names or host.lower() in (str(known).lower() for known in names):
            return False
    return True


def starts_a_script(stage: Stage) -> bool:
    """Whether the Dockerfile has an entry point of its own, which may set options before it starts anything."""
    from dagdock.api import Entrypoint

    entrypoint = stage.last(Entrypoint)
    words = entrypoint.exec_form if entrypoint else None
    return entrypoint is not None and not (words and any(basename(str(word)) == "airflow" for word in words))


# --- airflow.cfg ---


def _config_file(part: Part, project: Project) -> dict[str, Text] | None:
    """The options of the `airflow.cfg` that a container has, by name; none where it has none of the project's, None
    where it has one that cannot be read."""
    service = part.service
    wanted = list(_CONFIGS)
    stated = part._from_environment("config") or None
    named = service.variable("AIRFLOW_CONFIG")
    home = service.variable("AIRFLOW_HOME")
    if stated or (named is not None and named.resolved is None) or (home is not None and home.resolved is None):
        return None
    if home is not None and home.resolved:
        wanted = [join(home.resolved, "airflow.cfg")]
    if named is not None and named.resolved:
        wanted = [named.resolved]
    found: dict[str, Text] = {}
    for mount in service.volumes:
        if mount.target is None:
            return None
        inside = _in_mount(mount, wanted)
        if inside is None:
            continue
        path = _source_path(service, mount, inside, project) if mount.is_bind else None
        source = project.text(path) if path else None
        if source is None:
            # A folder of the project without such a file leaves Airflow to make one of its own defaults.
            if path is None or named is not None or basename(str(mount.target)) == "airflow.cfg":
                return None
            continue
        found = options_in(source)
    if not found and part.stage is not None:
        copied = copied_config(part.stage, project)
        return options_in(copied) if copied else {}
    return found


def _in_mount(mount: VolumeMount, wanted: list[str]) -> str | None:
    """Where below a mount's source one of the wanted files lies; None where it is not below it."""
    target = normpath(str(mount.target))
    for path in wanted:
        if path == target:
            return "."
        if path.startswith(f"{target}/"):
            return path[len(target) + 1 :]
    return None


def _source_path(service: Service, mount: VolumeMount, inside: str, project: Project) -> str | None:
    if not mount.source or mount.source.startswith(("/", "~")):
        return None
    return project.relative(join(service.file.directory_of(mount), mount.source, inside))


def copied_config(stage: Stage, project: Project) -> Source | None:
    """The `airflow.cfg` of the build context that an image has a copy of."""
    from dagdock.api import CopyLike, context_copy, copied_from

    for part in stage.chain():
        for copy in part.all_of(CopyLike):
            if context_copy(copy) is None:
                continue
            for context in project.contexts_of(part.dockerfile):
                for word in copy.sources:
                    name = word.literal or ""
                    found = next(iter(context.matches(name)), None) if name.endswith("airflow.cfg") else None
                    found = found or next(filter(None, (copied_from(path, copy, context) for path in _CONFIGS)), None)
                    if found and (source := project.text(context.path(found))):
                        return source
    return None


def options_in(source: Source) -> dict[str, Text]:
    """The options of an `airflow.cfg`, `core.executor`, with their values where they stand."""
    found: dict[str, Text] = {}
    section = ""
    for match in _line().finditer(source.text):
        if match["section"] is not None:
            section = match["section"].strip().lower()
        else:
            value = match["value"].strip()
            start = match.start("value") + match["value"].find(value)
            found[f"{section}.{match['option'].lower()}"] = Text(value, Span(source, start, start + len(value)))
    return found


@cache
def _line() -> re.Pattern[str]:
    option = r"(?P<option>[A-Za-z][\w.-]*)[ \t]*[=:][ \t]*(?P<value>[^\r\n]*)"
    return re.compile(rf"^\ufeff?(?:\[(?P<section>[^\]\r\n]+)\]|{option})", re.MULTILINE)


def _literal(value: Text) -> str | None:
    """A value of `airflow.cfg`; one with a template or a variable in it is not known."""
    return None if "{" in value or "$" in value else str(value)


def _text(value: str | None) -> str | None:
    return None if value is None else str(value).strip()
