"""The way from a Compose file to the Airflow in it; what Airflow is made of is loaded only where there is some."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagdock.api import ComposeFile, Located, Project

if TYPE_CHECKING:
    from ..airflow import Deployment


def deployment_of(file: ComposeFile, project: Project) -> Deployment | None:
    """The Airflow in the model that a Compose file is a part of; None where there is none."""
    text = file.source.text
    if "airflow" not in text.lower() and "astro-runtime" not in text:
        return None
    from ..airflow import deployment

    model = project.merged(file)
    return project.once(("airflow deployment", id(model)), lambda: deployment(model, project))


def is_own(place: Located, file: ComposeFile) -> bool:
    """Whether a place stands in that very file, and not in one that it is merged with."""
    return place.span.source is file.source
