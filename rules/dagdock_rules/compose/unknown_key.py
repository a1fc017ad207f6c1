from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Fix, Problem, Problems, rule

from ._shape import faults_of, is_plain


@rule(
    "DC018",
    severity="error",
    since="0.1",
    precision="very-high",
    fix="unsafe",
    aliases=["dclint:invalid-schema"],
    tags=["syntax"],
    bad=[
        Bad(
            "services:\n  web:\n    image: nginx:1.27\n    «enviroment»:\n      MODE: fast\n",
            fixed="services:\n  web:\n    image: nginx:1.27\n    environment:\n      MODE: fast\n",
        ),
        Bad("services:\n  web:\n    image: nginx:1.27\n    «replicas»: 3\n"),
        Bad("services:\n  web:\n    image: nginx:1.27\n«redis»:\n  image: redis:7\n"),
    ],
    good=[
        "x-common: {anything: goes}\nservices:\n  web:\n    image: nginx:1.27\n    x-owner: me\n"
        "    develop:\n      watch:\n        - {path: ./src, action: sync, target: /src, initial_sync: true}\n",
        "services:\n  enviroment:\n    image: nginx:1.27\n    environment:\n      enviroment: prod\n",
    ],
)
def unknown_key(file: ComposeFile, *, allow: list[str] = []) -> Problems:
    """A key that Compose does not know at this place.

    Compose refuses the whole file. Mostly it is a slip (`enviroment`), or the right key at the wrong depth: a service
    beside `services:`, `replicas` outside of `deploy`. Keys of your own begin with `x-`. `allow` names keys to let
    pass: those of a Compose that is newer than the one whose keys are known here (2.40).

    https://docs.docker.com/reference/compose-file/
    """
    for fault in faults_of(file, "unknown-key"):
        if fault.span.text not in allow:
            fix = None
            if fault.instead and is_plain(fault):
                fix = Fix.replace(f"Write `{fault.instead}`", fault, fault.instead, "unsafe")
            yield Problem(fault, fault.message, fix=fix)
