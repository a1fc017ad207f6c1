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


def refuses_root(stage: Stage) -> bool:
    """Whether `pip` of the image stops for root: since Airflow 2.4, and in an image of unknown release."""
    if not is_airflow_image(stage):
        return False
    image = built_on(stage).image
    numbers = ((image.tag if image else None) or "").removeprefix("slim-").partition("-")[0].split(".")
    if len(numbers) < 2 or not all(number.isdigit() for number in numbers[:2]):
        return True
    return (int(numbers[0]), int(numbers[1])) >= (2, 4)
