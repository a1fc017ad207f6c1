"""Image references, beside the reference parser of docker-image-py."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagdock.image import ImageRef, parse

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("python", (None, "python", None, None)),
        ("python:3.12-slim", (None, "python", "3.12-slim", None)),
        ("library/python", (None, "library/python", None, None)),
        ("docker.io/library/python:3", ("docker.io", "library/python", "3", None)),
        ("host:5000/img", ("host:5000", "img", None, None)),
        ("localhost/img:1", ("localhost", "img", "1", None)),
        ("ghcr.io/a/b/c:1", ("ghcr.io", "a/b/c", "1", None)),
        ("Host/img", ("Host", "img", None, None)),
        ("[::1]:5000/img", ("[::1]:5000", "img", None, None)),
        (f"a@{DIGEST}", (None, "a", None, DIGEST)),
        (f"r.io/a:1@{DIGEST}", ("r.io", "a", "1", DIGEST)),
        ("a__b.c-d--e", (None, "a__b.c-d--e", None, None)),
    ],
)
def test_parts(text: str, parts: tuple[str | None, ...]) -> None:
    found = parse(text)
    assert found is not None
    assert (found.registry, found.repository, found.tag, found.digest) == parts
    assert str(found) == text
    assert found == ImageRef(*parts)
    assert hash(found) == hash(parse(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Python",
        "a:",
        "a:-x",
        "a:b:c",
        "a b",
        "/a",
        "a/",
        "a//b",
        "-a",
        "a@",
        "a@sha256:abc",
        f"a:@{DIGEST}",
        f"a@{DIGEST.upper()}",
        "https://a/b",
        "a:" + "x" * 129,
        "a" * 256,
        "a" * 64,
        "é",
        "a$b",
        "a/B",
        "host:port/a",
        "a\n",
    ],
)
def test_what_docker_refuses(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("python:3", "python"),
        ("docker.io/library/python", "python"),
        ("docker.io/apache/airflow:2", "apache/airflow"),
        ("index.docker.io/library/python", "python"),
        ("ghcr.io/library/python", "ghcr.io/library/python"),
    ],
)
def test_the_familiar_name(text: str, name: str) -> None:
    found = parse(text)
    assert found is not None
    assert found.familiar == name


@settings(deadline=None, max_examples=300)
@given(
    st.lists(
        st.sampled_from(
            [
                "a",
                "b1",
                "A",
                ":",
                "/",
                "@",
                ".",
                "-",
                "_",
                "__",
                "localhost",
                "r.io",
                "5000",
                DIGEST,
                "sha256:",
                "É",
                " ",
            ]
        ),
        max_size=7,
    )
)
def test_the_reference_parser_agrees(pieces: list[str]) -> None:
    pytest.importorskip("docker_image")
    from docker_image import digest, reference

    text = "".join(pieces)
    refused = (reference.InvalidReference, digest.DigestUnsupported, ValueError, AttributeError, KeyError, TypeError)
    try:
        expected = reference.Reference.parse_normalized_named(text)
    except refused:
        assert parse(text) is None
        return
    found = parse(text)
    assert found is not None, text
    domain, path = expected.split_hostname()
    assert (found.registry or "docker.io", found.tag, found.digest) == (domain, expected["tag"], expected["digest"])
    assert path in (found.repository, f"library/{found.repository}")
