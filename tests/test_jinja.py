"""Jinja templates: what parses and which names are asked for, with Jinja itself as the judge."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import TemplateAssertionError, TemplateSyntaxError, meta
from jinja2.sandbox import SandboxedEnvironment

from dagdock.jinja import is_template, parse

ENVIRONMENT = SandboxedEnvironment(extensions=["jinja2.ext.do"])
# What every template has beside its variables.
GLOBALS = set(ENVIRONMENT.globals)

TEMPLATES = [
    "",
    "no template at all { } {x} %}",
    "{{ ds }}",
    "{{ds}}{{- ts -}}",
    "{{ macros.ds_add(ds, -1) }}",
    "{{ ti.xcom_pull(task_ids=['a', 'b'], key='c')[0]['d'].e | default('', true) | upper }}",
    "{% if a is defined and b is not none or not c in d %}{{ e }}{% elif f %}g{% else %}{{ h }}{% endif %}",
    "{% for a, (b, c) in d.items() if b recursive %}{{ loop.index }}{{ a }}{% else %}{{ e }}{% endfor %}",
    "{% set x = 1 %}{% set y, z = x, w %}{% set block %}{{ y }}{% endset %}{{ z }}",
    "{% set ns = namespace(a=1) %}{% set ns.a = 2 %}{{ ns.a }}",
    "{% macro m(a, b=c) %}{{ a }}{{ b }}{{ varargs }}{% endmacro %}{{ m(1) }}",
    "{% call(x) m(1) %}{{ x }}{% endcall %}",
    "{% filter upper | trim %}a{% endfilter %}",
    "{% with a = 1, b = c %}{{ a }}{{ b }}{% endwith %}",
    "{% raw %}{{ {% {# {% endraw %}{{ a }}",
    "{% do a.append(1) %}",
    "{% block a scoped %}{{ b }}{% endblock a %}",
    "{# a note {{ x }} #}{{ y }}",
    "{{ {'a': {'b': c}, 'd': [1, 2.5e3, 0x1f]} }}",
    "{{ a[1:2] }}{{ a[:] }}{{ a[::b] }}{{ a['x']['y'] }}{{ a.0 }}",
    "{{ a if b else c if d }}",
    "{{ 'a' ~ b ~ \"c\" 'd' }}",
    "{{ -a ** 2 // 3 % 4 }}",
    "{{ f(*args, **more) }}",
    "{{ a is divisibleby 3 }}{{ a is sameas none }}{{ a is mapping and b }}",
    "{{ x, y }}",
    "{{ () }}{{ (a,) }}{{ [] }}",
    "{{ ünï }}",
    # What Jinja refuses.
    "{{ ds",
    "{{ ds }",
    "{{ }}",
    "{{ ds }} {% endif %}",
    "{% if a %}",
    "{% if a %}{% endfor %}",
    "{% unknown %}",
    "{{ ds ts }}",
    "{{ (a }}",
    "{{ a) }}",
    "{{ a | }}",
    "{{ a. }}",
    "{{ 'a }}",
    "{{ a! }}",
    "${#list[@]}",
    "{% for in b %}{% endfor %}",
    "{% set %}",
    "{% raw %}",
    "{# a",
    "{{ f(a=) }}",
    "{{ a is }}",
    "{% else %}",
    "{% %}",
]


def outcome(text: str) -> tuple[bool, set[str]]:
    """Whether Jinja reads a text, and the names that it asks for."""
    try:
        tree = ENVIRONMENT.parse(text)
    except TemplateSyntaxError:
        return False, set()
    try:
        return True, meta.find_undeclared_variables(tree)
    except TemplateAssertionError:  # a filter that there is not
        return True, {"?"}


@pytest.mark.parametrize("text", TEMPLATES)
def test_as_jinja_reads_it(text: str) -> None:
    valid, names = outcome(text)
    template = parse(text)
    assert (template.fault is None) == valid, template.fault
    # Names that are tested by `is defined` are not asked for, in our book.
    if valid and names != {"?"}:
        assert {name.text for name in template.names} <= names | GLOBALS
        assert names - {name.text for name in template.names} <= {"a", "loop"}


PIECES = st.sampled_from(
    [
        *(
            "{{",
            "}}",
            "{%",
            "%}",
            "{#",
            "#}",
            "-",
            "if ",
            "else ",
            "endif",
            "for ",
            "in ",
            "endfor",
            "set ",
            "is ",
            "not ",
        ),
        *(
            "a",
            "b",
            "ds",
            ".",
            "|",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            "=",
            "'",
            '"',
            "1",
            "05",
            " ",
            "\n",
            "é",
            "~",
        ),
    ]
)


@given(st.lists(PIECES, max_size=14).map("".join))
@settings(max_examples=400, deadline=None)
def test_anything(text: str) -> None:
    template = parse(text)
    valid, _ = outcome(text)
    assert (template.fault is None) == valid, (text, template.fault)
    for name in template.names:
        assert text[name.start : name.end] == name.text
    if template.fault is not None:
        assert 0 <= template.fault.start <= template.fault.end <= len(text)


def test_what_is_read_from_a_name() -> None:
    (name,) = parse("x {{ macros.datetime.now().date() }}").names
    assert (name.text, name.path, name.called) == ("macros", ["datetime", "now"], True)
    (name,) = parse("{{ dag_run.conf['a'] }}").names
    assert name.path == ["conf", "a"]
    (name,) = parse("{{ a | default(1) }}").names
    assert name.optional


def test_deep_and_long_texts_end() -> None:
    assert parse("{{ " + "(" * 5000 + ")" * 5000 + " }}").whole is False
    assert parse("{{ a }}" * 100_000).whole is False
    assert parse("{{ " + "-" * 50_000 + "a }}").fault is None


def test_what_is_a_template() -> None:
    assert is_template("{{ a }}") and is_template("{% a") and is_template("{#")
    assert not is_template("{ a }")
