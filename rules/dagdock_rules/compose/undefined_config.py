from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, rule

from ._undefined import brought_along, rename, undefined


@rule(
    "DC014",
    severity="error",
    since="0.1",
    precision="very-high",
    fix="unsafe",
    tags=["references"],
    bad=[
        Bad(
            "services:\n  web:\n    image: nginx:1.27\n    configs:\n      - source: «nginx_config»\n"
            "        target: /etc/nginx/nginx.conf\nconfigs:\n  nginx_conf:\n    file: ./nginx.conf\n",
            fixed="services:\n  web:\n    image: nginx:1.27\n    configs:\n      - source: nginx_conf\n"
            "        target: /etc/nginx/nginx.conf\nconfigs:\n  nginx_conf:\n    file: ./nginx.conf\n",
        ),
        Bad("services:\n  web:\n    image: nginx:1.27\n    configs: [«site»]\n"),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n    configs: [site]\nconfigs:\n  site:\n    content: hello\n",
    ],
)
def undefined_config(file: ComposeFile, project: Project) -> Problems:
    """A service uses a config that the file does not define.

    Compose refuses to start anything. A config needs an entry under the top-level `configs` that says where its
    content comes from: `file: ./path`, `content: …`, `environment: VARIABLE`, or `external: true`.

    https://docs.docker.com/reference/compose-file/configs/
    """
    for missing in undefined(
        file, project, "configs", lambda service: [grant.source for grant in service.configs if grant.source]
    ):
        if problem := brought_along(missing, "configs"):
            yield problem
            continue
        remedy = f"Did you mean `{missing.close}`?" if missing.close else "Add it there with its `file` or `content`"
        yield Problem(
            missing.name,
            f"the config `{missing.name}` has no entry under the top-level `configs`, so Compose refuses the file. "
            + remedy,
            related=missing.related,
            fix=rename(file, missing),
        )
