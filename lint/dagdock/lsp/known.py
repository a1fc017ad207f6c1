"""Findings that a project's baseline lists: they are known, and not shown."""

from __future__ import annotations

import os
from collections.abc import Sequence

from dagdock import baseline, disk
from dagdock.baseline import Baseline
from dagdock.config import Config
from dagdock.rule import Finding


class Known:
    """The baselines that configurations name, each read again where its file has changed."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[tuple[int, int], Baseline]] = {}

    def new(self, config: Config, findings: Sequence[Finding]) -> list[Finding]:
        """Those of one file's findings that its baseline does not list. Raises ConfigError for one that cannot be
        used."""
        if not config.baseline or not findings:
            return list(findings)
        listed = self._baseline(os.path.join(config.folder, config.baseline))
        return baseline.sort_out(
            findings, listed, lambda path: not os.path.lexists(os.path.join(listed.folder, path))
        ).new

    def _baseline(self, path: str) -> Baseline:
        try:
            status = os.stat(path)
            stamp = (status.st_mtime_ns, status.st_size)
        except OSError:
            stamp = (0, 0)  # reading it says what is wrong
        known = self._read.get(path)
        if known is None or known[0] != stamp:
            known = self._read[path] = (stamp, baseline.read(disk.shown(path)))
        return known[1]
