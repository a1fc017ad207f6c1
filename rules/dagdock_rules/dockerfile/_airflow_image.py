"""The official image of Airflow, and what is built on it."""

from __future__ import annotations

from dagdock.api import Stage

from ._layers import built_on

HOME = "/opt/airflow"


def is_airflow_image(stage: Stage) -> bool:
    """Whether a stage is built on an official image of Airflow 2 or later."""
    image = built_on(stage).image
    if image is None or image.familiar != "apache/airflow":
        return False
    return not (image.tag or "").removeprefix("slim-").startswith("1.")
