"""What a client can do, and how it wants to be told."""

from __future__ import annotations

from typing import NamedTuple

from lsprotocol import types as lsp

from dagdock.text import Encoding


class Client(NamedTuple):
    """The capabilities that make a difference here; one that says nothing has none of them."""

    encoding: Encoding = "utf-16"
    pulls: bool = False
    """It asks for diagnostics, so that none are pushed."""
    refreshes: bool = False
    """It asks again when it is told to."""
    related: bool = False
    tags: bool = False
    code_links: bool = False
    data: bool = False
    literals: bool = False
    """It takes actions that hold edits, and not only the names of commands."""
    resolves: bool = False
    """It comes back for the edit of an action that it is about to take."""
    versions: bool = False
    """It takes edits that name the version of the text they are for."""
    configuration: bool = False
    watches: bool = False
    hears_settings: bool = False
    shows_documents: bool = False
    progress: bool = False
    tree: bool = False
    """It takes symbols as a tree."""
    tips: bool = False
    markdown: bool = True

    @classmethod
    def of(cls, said: lsp.ClientCapabilities, encoding: Encoding) -> Client:
        text = said.text_document or lsp.TextDocumentClientCapabilities()
        workspace = said.workspace or lsp.WorkspaceClientCapabilities()
        window = said.window or lsp.WindowClientCapabilities()
        # What it says for one way to get diagnostics holds for the other, too, where it says nothing there.
        sides = [side for side in (text.publish_diagnostics, text.diagnostic) if side]
        action, watching = text.code_action, workspace.did_change_watched_files
        settings, edits = workspace.did_change_configuration, workspace.workspace_edit
        resolve = action.resolve_support if action else None
        hover, symbols, links = text.hover, text.document_symbol, text.document_link
        formats = hover.content_format if hover else None
        return cls(
            encoding,
            pulls=text.diagnostic is not None,
            refreshes=bool(workspace.diagnostics and workspace.diagnostics.refresh_support),
            related=any(side.related_information for side in sides),
            tags=any(side.tag_support for side in sides),
            code_links=any(side.code_description_support for side in sides),
            data=any(side.data_support for side in sides),
            literals=bool(action and action.code_action_literal_support),
            resolves=bool(resolve and "edit" in resolve.properties),
            versions=bool(edits and edits.document_changes),
            configuration=bool(workspace.configuration),
            watches=bool(watching and watching.dynamic_registration),
            hears_settings=bool(settings and settings.dynamic_registration),
            shows_documents=bool(window.show_document and window.show_document.support),
            progress=bool(window.work_done_progress),
            tree=bool(symbols and symbols.hierarchical_document_symbol_support),
            tips=bool(links and links.tooltip_support),
            markdown=not formats or lsp.MarkupKind.Markdown in formats,
        )
