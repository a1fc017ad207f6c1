"""What was last said about each file, by number: a client that asks need not hear it twice."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types as lsp

Reports = lsp.WorkspaceFullDocumentDiagnosticReport | lsp.WorkspaceUnchangedDocumentDiagnosticReport


class Board:
    """The diagnostics in force, by the files' keys."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, list[lsp.Diagnostic]]] = {}
        self._count = 0

    def __iter__(self) -> Iterator[str]:
        return iter([*self._known])

    def put(self, key: str, diagnostics: list[lsp.Diagnostic]) -> bool:
        """Whether these are others than before."""
        if diagnostics == self.of(key):
            return False
        self._count += 1
        self._known[key] = (str(self._count), diagnostics)
        return True

    def of(self, key: str) -> list[lsp.Diagnostic]:
        return self._known[key][1] if key in self._known else []

    def drop(self, key: str) -> None:
        self._known.pop(key, None)

    def report(
        self, key: str, heard: str | None
    ) -> lsp.RelatedFullDocumentDiagnosticReport | lsp.RelatedUnchangedDocumentDiagnosticReport:
        """The answer about one file to a client that has `heard` something before."""
        number, diagnostics = self._known.get(key, ("0", []))
        if number == heard:
            return lsp.RelatedUnchangedDocumentDiagnosticReport(result_id=number)
        return lsp.RelatedFullDocumentDiagnosticReport(items=diagnostics, result_id=number)

    def among_others(self, key: str, uri: str, version: int | None, heard: str | None) -> Reports:
        """The same as one of many."""
        number, diagnostics = self._known.get(key, ("0", []))
        if number == heard:
            return lsp.WorkspaceUnchangedDocumentDiagnosticReport(uri, result_id=number, version=version)
        return lsp.WorkspaceFullDocumentDiagnosticReport(uri, diagnostics, version, result_id=number)
