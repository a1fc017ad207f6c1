"""`dagdock graph`: Compose files and pictures of any kind, as text, JSON, Mermaid, dot and SVG."""

from __future__ import annotations

import io
import json
import re
import textwrap
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagdock import compose
from dagdock.cli import main
from dagdock.report.terminal import Terminal
from dagdock.text import Source
from dagdock.views.graph_compose import as_json, as_picture
from dagdock.views.graph_dot import as_dot
from dagdock.views.graph_layout import Box, lay_out
from dagdock.views.graph_mermaid import as_mermaid
from dagdock.views.graph_picture import Edge, Fact, Group, Node, Picture
from dagdock.views.graph_svg import as_svg
from dagdock.views.graph_text import show

SHOP = """
services:
  web:
    build: {context: ./web, target: prod}
    ports: ["8080:80", "127.0.0.1:9000:9000/udp"]
    networks: [front, back]
    env_file: .env
    volumes: ["./conf:/etc/web:ro", "static:/srv:ro", /cache]
    depends_on:
      api: {condition: service_healthy}
      mail: {condition: service_started, required: false}
  api:
    image: registry.example/api:${TAG}
    networks: [back]
    depends_on: [db]
  db:
    image: postgres:16
    networks: [back]
    volumes: ["data:/var/lib/postgresql/data"]
  mail:
    image: mailhog
    profiles: [debug]
networks:
  front:
  back: {internal: true}
volumes:
  data:
  static: {external: true}
  spare:
"""


def picture_of(text: str) -> Picture:
    return as_picture(compose.parse(Source("compose.yaml", text)))


def text_of(*pictures: Picture) -> str:
    stream = io.StringIO()
    show(pictures, Terminal(stream, width=100))
    return stream.getvalue()


def test_text() -> None:
    assert text_of(picture_of(SHOP)) == textwrap.dedent(
        """\
        compose.yaml  4 services, 2 networks, 3 volumes

          web   built from ./web stage prod
            published   :8080 → 80, 127.0.0.1:9000/udp
            networks    front, back (internal)
            env file    .env
            mounts      ./conf → /etc/web (read-only)
                        static → /srv (read-only)
                        /cache (unnamed volume)
            needs       api (when healthy), mail (if it is there)

          api   registry.example/api:${TAG}
            networks    back (internal)
            needs       db

          db    postgres:16
            networks    back (internal)
            mounts      data → /var/lib/postgresql/data

          mail  mailhog [profile debug]

          volumes that no service mounts: spare
        """
    )


def test_json() -> None:
    found = as_json(compose.parse(Source("compose.yaml", SHOP)))
    assert [service["name"] for service in found["services"]] == ["web", "api", "db", "mail"]
    web, api = found["services"][:2]
    assert web["build"] == {"context": "./web", "dockerfile": None, "inline": False, "target": "prod"}
    assert web["ports"][1] == {
        "text": "127.0.0.1:9000:9000/udp",
        "host_ip": "127.0.0.1",
        "published": "9000",
        "target": "9000",
        "protocol": "udp",
        "line": 5,
    }
    assert [(each["type"], each["source"], each["target"], each["read_only"]) for each in web["volumes"]] == [
        ("bind", "./conf", "/etc/web", True),
        ("volume", "static", "/srv", True),
        ("volume", None, "/cache", False),
    ]
    assert api["image"] == "registry.example/api:${TAG}"
    assert [(each["from"], each["to"], each["condition"], each["required"]) for each in found["edges"]] == [
        ("web", "api", "service_healthy", True),
        ("web", "mail", "service_started", False),
        ("api", "db", None, True),
    ]
    assert [(each["name"], each["external"]) for each in found["volumes"]] == [
        ("data", False),
        ("static", True),
        ("spare", False),
    ]
    assert found["complete"] and found["unknown"] == []


def test_values_of_the_environment_stay_inside() -> None:
    text = "services: {a: {image: b, environment: {TOKEN: s3cret, X: }}}\n"
    file = compose.parse(Source("compose.yaml", text))
    assert as_json(file)["services"][0]["environment"] == ["TOKEN", "X"]
    picture = as_picture(file)
    drawn = [json.dumps(as_json(file)), text_of(picture), as_svg([picture]), as_dot([picture]), as_mermaid([picture])]
    assert not any("s3cret" in each for each in drawn)


def test_every_way_to_need_a_service() -> None:
    text = """
services:
  a: {image: x, links: ["b:db"], volumes_from: ["c:ro", "container:z"], network_mode: "service:d"}
  b: {build: {context: ., additional_contexts: ["base=service:c"]}, depends_on: [nowhere]}
  c: {image: x, pid: "service:d"}
  d: {image: x, network_mode: host}
"""
    found = as_json(compose.parse(Source("compose.yaml", text)))["edges"]
    assert [(each["from"], each["to"], each["kind"]) for each in found] == [
        ("a", "b", "links"),
        ("a", "c", "volumes_from"),
        ("a", "d", "network_mode"),
        ("b", "nowhere", "depends_on"),
        ("b", "c", "additional_contexts"),
        ("c", "d", "pid"),
    ]
    nowhere = next(node for node in picture_of(text).nodes if node.title == "nowhere")
    assert nowhere.uncertain and nowhere.about == "not in this file"


def test_several_files_are_one_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "compose.yaml").write_text("include: [more/db.yaml]\nservices: {web: {image: a, depends_on: [db]}}\n")
    (tmp_path / "compose.override.yaml").write_text("services: {web: {ports: ['80:80']}}\n")
    (tmp_path / "more").mkdir()
    (tmp_path / "more/db.yaml").write_text("services: {db: {image: postgres}}\n")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/compose.yaml").write_text("services: {x: {image: a}}\n")
    assert main(["graph", "--format", "json", str(tmp_path)]) == 0
    first, second = json.loads(capsys.readouterr().out)["files"]
    assert [Path(each).name for each in first["files"]] == ["compose.yaml", "db.yaml", "compose.override.yaml"]
    assert {each["name"]: len(each["ports"]) for each in first["services"]} == {"db": 0, "web": 1}
    assert [each["name"] for each in second["services"]] == ["x"]


def test_what_cannot_be_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "Dockerfile").write_text("FROM a\n")
    (tmp_path / "binary.yaml").write_bytes(b"\0\0")
    (tmp_path / "half.yaml").write_text("services:\n  a: [\n")
    assert main(["graph", str(tmp_path / "Dockerfile")]) == 2
    assert "see `dagdock layers`" in capsys.readouterr().err
    assert main(["graph", str(tmp_path / "binary.yaml"), str(tmp_path / "gone.yaml")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2
    assert main(["graph", str(tmp_path / "half.yaml")]) == 0
    assert "not YAML that Compose can read" in capsys.readouterr().out
    assert main(["graph", "--airflow-version", "new", str(tmp_path)]) == 2


def test_paths_from_a_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.yaml").write_text("services: {a: {image: x}}\n")
    (tmp_path / "list").write_text(f"{tmp_path / 'a.yaml'}\n\n")
    assert main(["graph", "--format", "json", "--files-from", str(tmp_path / "list")]) == 0
    assert len(json.loads(capsys.readouterr().out)["files"]) == 1
    assert main(["graph", "--files-from", str(tmp_path / "gone")]) == 2


# Any picture in any form

HOSTILE = [
    'a"b',
    "end",
    "<script>",
    "%%{init}%%",
    "x]:::y",
    "1. a",
    "\x1b[31m\u202e",
    "é中🎉",
    "\\",
    "",
    "`--> b|",
    "\udcff",
]
names = st.sampled_from(HOSTILE) | st.text(max_size=6)


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    count = draw(st.integers(0, 9))
    groups = [
        Group(f"g{number}", draw(names), draw(st.sampled_from([None, *(f"g{before}" for before in range(number))])))
        for number in range(draw(st.integers(0, 3)))
    ]
    kinds = st.sampled_from(["task", "sensor", "branch", "volume", "port"])
    homes = st.sampled_from([None, *(group.key for group in groups)])
    nodes = [
        Node(
            f"n{number}",
            draw(names),
            draw(kinds),
            draw(names),
            badges=draw(st.lists(names, max_size=2)),
            facts=draw(st.lists(st.builds(Fact, names, names), max_size=2)),
            group=draw(homes),
            uncertain=draw(st.booleans()),
        )
        for number in range(count)
    ]
    ends = st.sampled_from([node.key for node in nodes] or [""])
    edges = draw(
        st.lists(st.builds(Edge, ends, ends, names, st.booleans(), st.booleans()), max_size=12 if count else 0)
    )
    return Picture(draw(names), draw(names), nodes, edges, groups, draw(st.lists(names, max_size=2)))


def overlap(one: Box, other: Box) -> bool:
    apart = one.right <= other.x or other.right <= one.x or one.bottom <= other.y or other.bottom <= one.y
    return not apart


@settings(deadline=None, max_examples=300)
@given(pictures())
def test_nothing_overlaps_and_lines_end_at_their_nodes(picture: Picture) -> None:
    layout = lay_out(picture, lambda node: (60.0 + len(node.title), 30.0), lambda words: 5.0 * len(words))
    boxes = list(layout.nodes.values())
    assert len(boxes) == len(picture.nodes)
    assert not any(overlap(one, other) for number, one in enumerate(boxes) for other in boxes[:number])
    for node in picture.nodes:
        if node.group:
            inner, outer = layout.nodes[node.key], layout.groups[node.group]
            assert outer.x <= inner.x and outer.y <= inner.y and inner.right <= outer.right + 0.1
            assert inner.bottom <= outer.bottom + 0.1
    for edge, points in zip(picture.edges, layout.lines, strict=True):
        start, end = layout.nodes[edge.start], layout.nodes[edge.end]
        assert points[0][0] == pytest.approx(start.right) and points[-1][0] == pytest.approx(end.x)
        assert start.y <= points[0][1] <= start.bottom and end.y <= points[-1][1] <= end.bottom
    again = lay_out(picture, lambda node: (60.0 + len(node.title), 30.0), lambda words: 5.0 * len(words))
    assert (again.nodes, again.groups, again.lines) == (layout.nodes, layout.groups, layout.lines)


MERMAID = re.compile(
    r"""\ +(?: %%[^{}\n]* | end | subgraph\ \w+\ \["[^"\[\]|<>`\\]*"\] | classDef\ .*
    | \w+\ (?:-->|-\.->)(?:\|"[^"|<>`\\]*"\|)?\ \w+
    | \w+(?:\["|\(\["|\[\("|\{"|\{\{"|\[\["|\[/"|\[\\"|>")(?:[^"\[\]|<>`\\{}]|<br/>)*"[\])}/\\]{1,2}(?::::unsure)?)""",
    re.VERBOSE,
)
DOT = re.compile(
    r"""\s+(?:\} | compound=true; | rankdir=LR; | (?:node|edge)\ \[.*\]; | subgraph\ \w+\ \{
    | (?:\w+(?:\ ->\ \w+)?\ \[)?(?:\w+=(?:"(?:[^"\\]|\\.)*"|\w+)[,;]?\ ?)*\]?;?)""",
    re.VERBOSE,
)


@settings(deadline=None, max_examples=200)
@given(st.lists(pictures(), max_size=2))
def test_every_form_holds_whatever_things_are_called(several: list[Picture]) -> None:
    svg = as_svg(several)
    root = ElementTree.fromstring(svg)
    shapes = {"path", "rect", "g", "text", "style", "title"}
    assert svg.isascii() and {each.tag.rpartition("}")[2] for each in root.iter()} <= {"svg", *shapes}
    mermaid = as_mermaid(several).splitlines()
    assert mermaid[0] == "flowchart LR"
    assert [line for line in mermaid[1:] if not MERMAID.fullmatch(line)] == []
    dot = as_dot(several).splitlines()
    assert (dot[0], dot[-1]) == ("digraph dagdock {", "}")
    assert [line for line in dot[1:-1] if not DOT.fullmatch(line)] == []
    assert "\x1b" not in text_of(*several)


def test_a_long_chain_and_a_wide_fan_take_little_time() -> None:
    from time import process_time

    chain = [Node(f"c{number}", "x", "task") for number in range(1000)]
    fan = [Node(f"f{number}", "x", "task") for number in range(1000)]
    edges = [Edge(f"c{number}", f"c{number + 1}") for number in range(999)]
    edges += [Edge("c0", node.key) for node in fan] + [Edge(node.key, "c999") for node in fan]
    begin = process_time()
    as_svg([Picture("x", "", [*chain, *fan], edges)])
    assert process_time() - begin < 20
