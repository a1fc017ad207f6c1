from __future__ import annotations

from dagdock.api import Bad, Entry, Mapping, Problem, Problems, Service, rule

from ._order import first_out_of_order, in_order

# What it is, what it needs first, its data, its settings, how it is reached, how it runs, and the rest.
ORDER = (
    "<<", "extends", "image", "pull_policy", "platform", "build", "container_name", "profiles", "depends_on", "volumes",
    "volumes_from", "tmpfs", "configs", "secrets", "environment", "env_file", "ports", "expose", "networks",
    "network_mode", "hostname", "links", "extra_hosts", "dns", "command", "entrypoint", "working_dir", "restart",
    "healthcheck", "stop_grace_period", "develop", "deploy", "logging", "labels", "user", "isolation", "cap_add",
    "cap_drop", "security_opt", "privileged", "read_only",
)  # fmt: skip


@rule(
    "DC802",
    severity="info",
    since="0.1",
    default=False,
    precision="very-high",
    fix="safe",
    aliases=["dclint:service-keys-order"],
    tags=["style"],
    bad=[
        Bad(
            "services:\n  web:\n    ports: ['80:80'] # www\n    «image»: nginx:1.27\n"
            "    # how it runs\n    tty: true\n",
            fixed="services:\n  web:\n    image: nginx:1.27\n    ports: ['80:80'] # www\n    # how it runs\n"
            "    tty: true\n",
        ),
    ],
    good=["services:\n  web:\n    <<: &a {tty: true}\n    image: nginx:1.27\n    ports: ['80:80']\n    x-note: mine\n"],
)
def service_keys_order(service: Service, *, first: list[str] = []) -> Problems:
    """The keys of a service do not stand in the usual order.

    What it is (`image`, `build`), what it needs (`depends_on`, `volumes`, `environment`), how it is reached (`ports`,
    `networks`), how it runs (`command`, `restart`, `healthcheck`): with one order in all services a reader knows where
    to look. Keys that have no place in it come last as they are. The option `first` lists keys that come before all
    others.

    https://docs.docker.com/reference/compose-file/services/
    """
    body = service.entry.value
    places = {name: place for place, name in enumerate((*first, *(key for key in ORDER if key not in first)))}

    def key(entry: Entry) -> int:
        return places.get(str(entry.name), len(places))

    if isinstance(body, Mapping) and body.source is service.file.source and _is_written(service, body):
        part = first_out_of_order(body.entries, key)
        if isinstance(part, Entry):
            yield Problem(
                part.name,
                f"`{part.name}` usually comes before the keys above it. Move it up",
                fix=in_order("Put the keys in order", body, key),
            )


def _is_written(service: Service, body: Mapping) -> bool:
    """Whether the mapping is one of the file's own, none that was put together of several."""
    return body.span.text != "" and all(body.span.holds(entry.span) for entry in body.entries)
