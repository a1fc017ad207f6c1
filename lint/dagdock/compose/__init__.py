"""Compose files: the model that rules look at."""

from __future__ import annotations

from dagdock.compose.commands import ServiceCommand
from dagdock.compose.faults import ShapeFault
from dagdock.compose.file import ComposeFile, Include, Load, Resource, bases_of, merge, parse
from dagdock.compose.interpolation import Interpolation
from dagdock.compose.mounts import VolumeMount
from dagdock.compose.ports import Port, PortRange
from dagdock.compose.quantities import size as size_of
from dagdock.compose.section import Section, Setting
from dagdock.compose.service import (
    Attachment,
    Build,
    Dependency,
    EnvFile,
    Extends,
    Grant,
    Link,
    Service,
    ServiceHealth,
)
from dagdock.compose.values import Value

__all__ = [
    "Attachment",
    "Build",
    "ComposeFile",
    "Dependency",
    "EnvFile",
    "Extends",
    "Grant",
    "Include",
    "Interpolation",
    "Link",
    "Load",
    "Port",
    "PortRange",
    "Resource",
    "Section",
    "Service",
    "ServiceCommand",
    "ServiceHealth",
    "Setting",
    "ShapeFault",
    "Value",
    "VolumeMount",
    "bases_of",
    "merge",
    "parse",
    "size_of",
]
