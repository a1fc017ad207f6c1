from __future__ import annotations

from dagdock.api import Bad, ComposeFile, Problem, Problems, Project, Service, Text, rule

from ._undefined import rename, undefined


@rule(
    "DC028",
    severity="error",
    since="0.1",
    precision="very-high",
    fix="unsafe",
    tags=["references"],
    bad=[
        Bad(
            "services:\n  web:\n    image: nginx:1.27\n    models: [«lm»]\nmodels:\n  llm:\n    model: ai/smollm2\n",
            fixed="services:\n  web:\n    image: nginx:1.27\n    models: [llm]\n"
            "models:\n  llm:\n    model: ai/smollm2\n",
        ),
    ],
    good=[
        "services:\n  web:\n    image: nginx:1.27\n    models:\n      llm:\n        endpoint_var: URL\n"
        "models:\n  llm:\n    model: ai/smollm2\n",
    ],
)
def undefined_model(file: ComposeFile, project: Project) -> Problems:
    """A service uses a model that the file does not define.

    Compose refuses to start anything. A model needs an entry under the top-level `models` with its `model`.

    https://docs.docker.com/reference/compose-file/models/
    """
    for missing in undefined(file, project, "models", _used):
        remedy = f"Did you mean `{missing.close}`?" if missing.close else "Add it there with its `model`"
        yield Problem(
            missing.name,
            f"the model `{missing.name}` has no entry under the top-level `models`, so Compose refuses the file. "
            + remedy,
            related=missing.related,
            fix=rename(file, missing),
        )


def _used(service: Service) -> list[Text]:
    used = service.section("models")
    if used:
        return [entry.name for entry in used.entries.values()]
    return [value.resolved for value in service.values("models") if value.resolved]
