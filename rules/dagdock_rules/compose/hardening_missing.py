from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Project, Service, rule

from ._model import as_run

KICS = "kics:container-capabilities-unrestricted"
ALL_ALIASES = (
    "compose-lint:CL-0003", "compose-lint:CL-0006", "compose-lint:CL-0007", "compose-lint:CL-0026", KICS,
    "kics:no-new-privileges-not-set", "kics:security-opt-not-set", "kics:memory-not-limited", "kics:cpus-not-limited",
    "kics:pids-limit-not-set", "semgrep:no-new-privileges", "semgrep:writable-filesystem-service",
)  # fmt: skip


@rule(
    "DC711",
    severity="info",
    since="0.1",
    default=False,
    security=3.0,
    lessons=["L25"],
    aliases=ALL_ALIASES,
    tags=["hardening", "security"],
    bad=[
        Bad("services:\n  «web»:\n    image: nginx:1.27\n"),
        Bad(
            "services:\n  «web»:\n    image: nginx:1.27\n    user: '101'\n    read_only: true\n    cap_drop: [ALL]\n"
            "    security_opt: [no-new-privileges]\n    mem_limit: 256m\n    cpus: 1\n"
        ),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n    user: '101'\n    read_only: true\n    cap_drop: [ALL]\n"
        "    security_opt: [no-new-privileges:true]\n    pids_limit: 100\n"
        "    deploy: {resources: {limits: {memory: 256m, cpus: '1'}}}\n",
        "services:\n  web:\n    tty: true\n",
    ],
)
def hardening_missing(service: Service, project: Project) -> Problems:
    """A service does without protections that cost nothing.

    No one of them is needed for a container to work, and together they leave somebody who gets into it little to do: a
    user who is not root, `read_only: true`, `cap_drop: [ALL]`, `security_opt: [no-new-privileges:true]`, and limits
    for memory, processors and processes. One finding for each service says which are missing.

    https://cheatsheetseries.owasp.org/cheatsheets/Docker_Security_Cheat_Sheet.html
    https://docs.docker.com/reference/compose-file/services/
    """
    running = as_run(service, project)
    if not running.complete or not (running.image or running.build) or running.span.source is not service.span.source:
        return
    missing = dict(_missing(running).items())
    if missing:
        yield Problem(
            service,
            f"missing: {', '.join(missing)}. Each takes something from whoever breaks into this container",
            aliases=[alias for aliases in missing.values() for alias in aliases],
        )


def _missing(service: Service) -> dict[str, tuple[str, ...]]:
    """What is missing, each with the peers' codes for it."""
    limits = service.deploy.section("resources") if service.deploy else None
    limits = limits.section("limits") if limits else None
    options = [value.resolved or "" for value in service.values("security_opt")]
    dropped = [(value.resolved or "ALL").upper() for value in service.values("cap_drop")]
    read_only = service.value("read_only")
    found: dict[str, tuple[str, ...]] = {}
    if not service.has("user"):
        found["`user`"] = ()
    if not (read_only and read_only.boolean is not False):
        found["`read_only: true`"] = ("compose-lint:CL-0007", "semgrep:writable-filesystem-service")
    if "ALL" not in dropped:
        found["`cap_drop: [ALL]`"] = ("compose-lint:CL-0006", KICS)
    if not any(option.startswith("no-new-privileges") and not option.endswith("false") for option in options):
        aliases = ("compose-lint:CL-0003", "kics:no-new-privileges-not-set", "semgrep:no-new-privileges")
        found["`security_opt: [no-new-privileges:true]`"] = (
            aliases if service.has("security_opt") else (*aliases, "kics:security-opt-not-set")
        )
    if not service.has("mem_limit") and not (limits and limits.has("memory")):
        found["a memory limit"] = ("compose-lint:CL-0026", "kics:memory-not-limited")
    if not (service.has("cpus") or service.has("cpu_quota") or (limits and limits.has("cpus"))):
        found["a limit of processors"] = ("kics:cpus-not-limited",)
    if not service.has("pids_limit") and not (limits and limits.has("pids")):
        found["`pids_limit`"] = ("kics:pids-limit-not-set",)
    return found
