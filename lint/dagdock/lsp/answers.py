"""What the other modules say about a place or a file, in the words of the protocol."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from lsprotocol import types as lsp
from pygls.uris import from_fs_path

from dagdock.lsp.client import Client
from dagdock.lsp.completion import Candidate
from dagdock.lsp.links import Link
from dagdock.lsp.outline import Symbol
from dagdock.lsp.pages import Page
from dagdock.lsp.places import range_of

_SYMBOLS = {
    "stage": lsp.SymbolKind.Class,
    "instruction": lsp.SymbolKind.Method,
    "variable": lsp.SymbolKind.Variable,
    "section": lsp.SymbolKind.Namespace,
    "service": lsp.SymbolKind.Class,
    "network": lsp.SymbolKind.Interface,
    "volume": lsp.SymbolKind.Field,
    "secret": lsp.SymbolKind.Key,
    "config": lsp.SymbolKind.File,
    "key": lsp.SymbolKind.Property,
    "dag": lsp.SymbolKind.Module,
    "group": lsp.SymbolKind.Namespace,
    "task": lsp.SymbolKind.Function,
}
_CANDIDATES = {
    "rule": lsp.CompletionItemKind.Constant,
    "key": lsp.CompletionItemKind.Property,
    "value": lsp.CompletionItemKind.Value,
    "comment": lsp.CompletionItemKind.Snippet,
}


def of_page(page: Page, client: Client) -> lsp.Hover:
    kind = lsp.MarkupKind.Markdown if client.markdown else lsp.MarkupKind.PlainText
    return lsp.Hover(lsp.MarkupContent(kind, page.text), range_of(page.span, client.encoding))


def of_candidates(candidates: Iterable[Candidate], client: Client) -> lsp.CompletionList:
    items = [
        lsp.CompletionItem(
            label=each.label,
            kind=_CANDIDATES[each.kind],
            detail=each.detail,
            sort_text=f"{number:05}",
            filter_text=each.text,
            text_edit=lsp.TextEdit(range_of(each.span, client.encoding), each.text),
            data={"rule": each.rule.code} if each.rule else None,
        )
        for number, each in enumerate(candidates)
    ]
    return lsp.CompletionList(is_incomplete=False, items=items)


def with_page(item: lsp.CompletionItem, page: str) -> lsp.CompletionItem:
    """A candidate that the user looks at, with the page of its rule."""
    item.documentation = lsp.MarkupContent(lsp.MarkupKind.Markdown, page)
    return item


def of_symbols(
    symbols: Iterable[Symbol], client: Client, uri: str
) -> list[lsp.DocumentSymbol] | list[lsp.SymbolInformation]:
    """The symbols of a file as a tree, or in a row for a client that takes no tree."""
    if client.tree:
        return [_symbol(symbol, client) for symbol in symbols]
    return list(_in_a_row(symbols, client, uri, None))


def _symbol(symbol: Symbol, client: Client) -> lsp.DocumentSymbol:
    return lsp.DocumentSymbol(
        name=symbol.name or " ",  # an empty one is an error to editors
        kind=_SYMBOLS[symbol.kind],
        range=range_of(symbol.span, client.encoding),
        selection_range=range_of(symbol.name_span, client.encoding),
        detail=symbol.detail or None,
        children=[_symbol(child, client) for child in symbol.children],
    )


def _in_a_row(
    symbols: Iterable[Symbol], client: Client, uri: str, container: str | None
) -> Iterator[lsp.SymbolInformation]:
    for symbol in symbols:
        place = lsp.Location(uri, range_of(symbol.span, client.encoding))
        yield lsp.SymbolInformation(place, symbol.name or " ", _SYMBOLS[symbol.kind], container_name=container)
        yield from _in_a_row(symbol.children, client, uri, symbol.name)


def of_links(links: Iterable[Link], client: Client) -> list[lsp.DocumentLink]:
    return [
        lsp.DocumentLink(
            range_of(link.span, client.encoding),
            _target(link),
            tooltip=link.tip if client.tips else None,
        )
        for link in links
    ]


def _target(link: Link) -> str:
    if not os.path.isabs(link.target):
        return link.target
    uri = from_fs_path(link.target) or link.target
    return f"{uri}#L{link.line}" if link.line else uri
