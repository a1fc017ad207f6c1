"""The YAML tree: places of everything, faults in plain words, and no input that breaks it."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dagdock.text import Source
from dagdock.yamltree import Alias, Entry, Mapping, Node, Scalar, Sequence, Tree, parse, reading


def tree_of(text: str | bytes) -> Tree:
    return parse(Source("a.yaml", text))


def root_of(text: str | bytes) -> Mapping:
    root = tree_of(text).documents[0].root
    assert isinstance(root, Mapping)
    return root


def value_of(text: str | bytes, key: str = "a") -> Node:
    return root_of(text).merged()[key].value


def scalar_of(text: str | bytes, key: str = "a") -> Scalar:
    node = value_of(text, key)
    assert isinstance(node, Scalar)
    return node


class TestPlaces:
    def test_entries_run_from_the_key_to_the_end_of_the_value(self) -> None:
        root = root_of("a: b # c\nd:\n  e: f\n\n# about g\ng: [1,\n 2]\nh:\n")
        assert [entry.span.text for entry in root.entries] == ["a: b", "d:\n  e: f", "g: [1,\n 2]", "h:"]
        assert [entry.name.span.text for entry in root.entries] == ["a", "d", "g", "h"]

    def test_a_block_ends_with_its_last_child_not_with_the_comment_behind(self) -> None:
        node = value_of("a:\n  - b\n  - c\n\n# comment\nd: e\n")
        assert node.span.text == "- b\n  - c"

    @pytest.mark.parametrize(
        ("text", "raw", "inner", "style"),
        [
            ("a: b", "b", "b", "plain"),
            ("a: 'b'", "'b'", "b", "single"),
            ('a: "b"', '"b"', "b", "double"),
            ("a: ''", "''", "", "single"),
            ("a: |\n  b\n  c\n\nd: e\n", "|\n  b\n  c", "b\n  c", "literal"),
            ("a: >- # note\n  b\n", ">- # note\n  b", "b", "folded"),
            ("a:", "", "", "plain"),
        ],
    )
    def test_scalars(self, text: str, raw: str, inner: str, style: str) -> None:
        node = scalar_of(text)
        assert (node.raw, node.inner.text, node.style) == (raw, inner, style)

    @pytest.mark.parametrize("prefix", ["\ufeff", "# é 😀\n", "é: 😀\r\n", "\ufeff# x\r\n\r\n"])
    def test_marks_count_characters_behind_a_bom_emoji_and_crlf(self, prefix: str) -> None:
        node = scalar_of(prefix + "a: 'é'\r\n")
        assert node.raw == "'é'"
        assert node.text.span.text == node.text == "é"

    def test_properties_stand_before_the_content(self) -> None:
        root = root_of("a: &x !t  b\nc: &y\n  d: e\nf: !reset null\ng: &z\nh: !!str\ni: &q\n- j\n")
        a, c, f, g, h, i = (entry.value for entry in root.entries)
        assert (a.anchor, a.tag, a.span.text) == ("x", "!t", "b")
        assert a.anchor is not None and a.anchor.span.text == "x"
        assert (c.anchor, c.span.text) == ("y", "d: e")
        assert (f.tag, f.span.text) == ("!reset", "null")
        assert (g.anchor, g.span.text, g.span.start) == ("z", "", root.source.text.index("z\n") + 1)
        assert (h.tag, h.span.text) == ("!!str", "")
        assert (i.anchor, i.span.text) == ("q", "- j")

    def test_an_alias_has_its_own_place_and_its_target(self) -> None:
        root = root_of("a: &x {b: c}\nd: *x\n")
        alias = root.entries[1].value
        assert isinstance(alias, Alias)
        assert (alias.span.text, alias.name.span.text, alias.target) == ("*x", "x", root.entries[0].value)

    def test_the_last_anchor_of_a_name_is_meant_and_documents_do_not_share(self) -> None:
        tree = tree_of("- &x a\n- &x b\n- *x\n---\n- *x\n")
        items = tree.documents[0].root
        assert isinstance(items, Sequence)
        assert isinstance(items.items[2], Alias) and items.items[2].target is items.items[1]
        assert [fault.span.text for fault in tree.faults] == ["*x"]

    def test_several_documents(self) -> None:
        tree = tree_of("a: b\n---\n---\n- c\n")
        assert [type(document.root).__name__ for document in tree.documents] == ["Mapping", "Scalar", "Sequence"]


class TestMappings:
    def test_merge_keys(self) -> None:
        root = root_of("x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nm: {<<: [*x, *y], c: 3}\nn: {'<<': *x}\n")
        merged = root.get("m")
        assert isinstance(merged, Mapping)
        values = {name: entry.value.span.text for name, entry in merged.merged().items()}
        assert values == {"c": "3", "a": "1", "b": "1"}
        assert [entry.is_merge for entry in merged.entries] == [True, False]
        quoted = root.get("n")
        assert isinstance(quoted, Mapping) and list(quoted.merged()) == ["<<"]

    def test_a_key_written_twice_is_kept_told_and_the_last_one_holds(self) -> None:
        tree = tree_of('a: 1\n"a": 2\n')
        root = tree.documents[0].root
        assert isinstance(root, Mapping)
        assert len(root.entries) == 2
        assert root.merged()["a"].value.span.text == "2"
        (fault,) = tree.faults
        assert (fault.kind, fault.span.start, fault.related[0].span.start) == ("duplicate-key", 6, 0)
        assert "line 1" in fault.message

    def test_two_merge_keys_are_a_double(self) -> None:
        tree = tree_of("x: &x {a: 1}\ny: {<<: *x, <<: *x}\n")
        assert [fault.kind for fault in tree.faults] == ["duplicate-key"]


class TestComments:
    def test_only_comments_are_found(self) -> None:
        text = (
            "# one\na: 'x # no' # two\nb: x#no\nc: |  # three\n  # no\nd: >\n  no # no\n# four\ne: \"\n # no\"\n#five"
        )
        assert tree_of(text).comments == ["# one", "# two", "# three", "# four", "#five"]
        assert all(comment == comment.span.text for comment in tree_of(text).comments)

    def test_what_stands_right_above_a_key_belongs_to_it(self) -> None:
        tree = tree_of("# far\n\n# one\n# two\na:\n  # no\n  # b's\n  b: c\n    # deeper\n  d: e # behind\n  f: g\n")
        root = tree.documents[0].root
        assert isinstance(root, Mapping)
        inner = root.entries[0].value
        assert isinstance(inner, Mapping)
        above = [tree.comments_above(entry) for entry in (root.entries[0], *inner.entries)]
        assert above == [["# one", "# two"], ["# no", "# b's"], [], []]


MAPPED = [
    "a: b",
    "a: b\n  c\n\n  d",
    "a: 'it''s'",
    "a: 'x\n  y\n\n\n  z'",
    'a: "t\\tn\\n\\u00e9\\x41\\\\ \\"q\\""',
    'a: "x \\\n   y\n  z"',
    "a: |\n  b\n    c\n\n  d\n",
    "a: |2-\n    b\n  c",
    "a: |+\n  b\n\n\n",
    "a: |\r\n  b\r\n  c\r\n",
    "a: >\n  b\n  c\n\n  d\n   e\n  f\n",
    "a: >-\n\n  b\n  c\n\n",
    "a: >+\n  b\n\n\n",
    "a: |\n",
    "a:",
]


class TestMapped:
    @pytest.mark.parametrize("text", MAPPED)
    def test_each_character_stands_where_the_map_says(self, text: str) -> None:
        node = scalar_of(text)
        mapped = node.mapped()
        assert mapped.text == node.value
        for index, character in enumerate(mapped.text):
            written = text[mapped.origin(index)]
            # A line break is folded to a blank, an escape begins with its backslash.
            assert written == character or written in "\r\n\\", (index, character, written)

    def test_a_word_of_a_block(self) -> None:
        text = "a: |\n    echo one\n    echo two\n"
        mapped = scalar_of(text).mapped()
        start = mapped.text.index("two")
        assert mapped.span(start, start + 3).start == text.index("two")

    @settings(deadline=None, max_examples=150)
    @given(st.text(st.sampled_from(" \n\t'\"\\abé😀#:-|>")), st.sampled_from("'\"|>"))
    def test_whatever_is_dumped_maps(self, value: str, style: str) -> None:
        text = yaml.safe_dump({"a": value}, default_style=style, allow_unicode=True, width=12)
        node = root_of(text).get("a")
        assert isinstance(node, Scalar)
        assert node.mapped().text == node.value
        assert node.mapped().span(0, len(node.value)).end <= len(text)


FAULTS = [
    ("a:\n\tb: c\n", "\t", "tab"),
    ('a: "b\nc: d\n', '"b', "never closed"),
    ("a:\n  b: 1\n  c:d\n  e: 1\n", "c:d", "space is missing behind the colon: `c: d`"),
    ("a:\n  b:c\n  d: 1\n", "b:c", "space is missing behind the colon: `b: c`"),
    ("a:\n  b\n    c: d\n", "b", "lacks the colon"),
    ("a: echo b: c\n", "echo b: c", "quotes"),
    ("a:\n  b: c\n    d: e\n", "d: e", "indented deeper than `b: c`"),
    ("a:\n  b: c\n d: e\n", "d: e", "fits none of the lines above"),
    ("a:\n  - b\n  c: d\n", "c: d", "a key stands among the items of a list; indent it as far as the key of that list"),
    ("a:\n  b: c\n  - d\n", "- d", "a list item stands among the keys"),
    ("a: - b\n", "- b", "line of its own"),
    ("a: [b\nc: d\n", "[b", "`[` that opens here"),
    ("a: {b\n", "{b", "never closed"),
    ('a: "\\d"\n', "\\d", "means nothing"),
    ("a: *.py\n", "*.py", "quotes"),
    ("a: *b\n", "*b", "no anchor `&b`"),
    ("a: &b [*b]\n", "*b", "never end"),
    ("a: @b\n", "@b", "cannot begin with `@`"),
    ("a: 'b' c\n", "c", "behind the closing quote"),
    ("a: !x!y b\n", "!x!y b", "tag"),
    ("  a: b\nc: d\n", "c: d", "indented less"),
    ("a: |x\n  b\n", "|x", "next line"),
    ("<<<<<<< HEAD\na: b\n=======\na: c\n>>>>>>> main\n", "<<<<<<< HEAD", "merge conflict"),
    ("a: b\n{% if c %}\nd: e\n", "% if c %}", "template"),
    ("a: \x00b\n", "\x00", "U+0000"),
]


class TestFaults:
    @pytest.mark.parametrize(("text", "place", "words"), FAULTS)
    @pytest.mark.parametrize("pure", [False, True])
    def test_the_cause_is_told_where_it_is(
        self, text: str, place: str, words: str, pure: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(yaml, "__with_libyaml__", yaml.__with_libyaml__ and not pure)
        (fault,) = tree_of(text).faults
        assert (fault.kind, fault.span.text) == ("syntax", place)
        assert words in fault.message

    def test_bytes_that_are_no_text_are_told_and_the_rest_is_read(self) -> None:
        tree = tree_of(b"a: \xff\nb: c\n")
        assert [fault.message.partition(" stands")[0] for fault in tree.faults] == ["a byte that is not UTF-8 (0xFF)"]
        root = tree.documents[0].root
        assert isinstance(root, Mapping) and [entry.name for entry in root.entries] == ["a", "b"]

    def test_what_stands_before_a_fault_is_kept(self) -> None:
        root = root_of("a: b\nc:\n  d: e\n  f: [g, h\n\ti: j\n")
        inner = root.get("c")
        assert isinstance(inner, Mapping)
        assert [entry.span.text for entry in inner.entries] == ["d: e", "f: [g"]

    @pytest.mark.parametrize("text", ["[" * 50_000, "{a: " * 50_000, "- " * 50_000, "? " * 20_000])
    def test_depth_is_bounded(self, text: str) -> None:
        tree = tree_of(text)
        assert "levels deep" in tree.faults[0].message
        assert sum(1 for _ in tree.nodes()) <= 3 * reading.MAX_DEPTH

    def test_aliases_of_aliases_cost_nothing(self) -> None:
        text = "a0: &a0 {x: y}\n" + "".join(
            f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}], l: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 80)
        )
        root = root_of(text)
        last = root.get("a79")
        assert isinstance(last, Mapping)
        assert set(last.merged()) == {"l", "x"}


def check(tree: Tree) -> None:
    """What holds of every tree: places inside the text, children inside their parents."""
    length = len(tree.source.text)
    for fault in tree.faults:
        assert 0 <= fault.span.start <= fault.span.end <= length
    for node in tree.nodes():
        assert 0 <= node.begin <= node.start <= node.end <= length
        children: list[Node | Entry] = []
        if isinstance(node, Sequence):
            children += node.items
        elif isinstance(node, Mapping):
            children += node.entries
        elif isinstance(node, Scalar):
            assert node.mapped().text == node.value
        for child in children:
            assert node.span.holds(child)
    assert all(comment.startswith("#") for comment in tree.comments)


SAMPLE = """\
x-common: &common
  restart: always   # why
services:
  web: # it
    <<: *common
    command: >-
      a b
      c
    environment: {A: 'é', "B": "\\t😀"}
    ports: ["80:80", '22']
"""


class TestAnyInput:
    @pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
    def test_cut_anywhere(self, newline: str) -> None:
        content = SAMPLE.replace("\n", newline).encode()
        for end in range(0, len(content) + 1, 3):
            check(tree_of(content[:end]))

    @pytest.mark.parametrize("text", ["!\x851:", "!\u2028a: 1\n", "&a # b\x85c: 1\n", "a: |\n b\x85\nc: 1\n"])
    def test_separators_of_unicode(self, text: str) -> None:
        check(tree_of(text))

    @settings(deadline=None, max_examples=300)
    @given(st.text(st.sampled_from(" \n\t-:?[]{}&*!|>'\"%@`#,ab1é😀\x00\x85\ufeff\r<=")))
    def test_any_text(self, text: str) -> None:
        check(tree_of(text))

    @settings(deadline=None, max_examples=100)
    @given(st.binary(max_size=40))
    def test_any_bytes(self, content: bytes) -> None:
        check(tree_of(content))

    @settings(deadline=None, max_examples=100)
    @given(st.integers(0, len(SAMPLE)), st.text(st.sampled_from("\n\t -:'\"[{*&#"), max_size=3))
    def test_any_slip(self, place: int, typed: str) -> None:
        check(tree_of(SAMPLE[:place] + typed + SAMPLE[place:]))
