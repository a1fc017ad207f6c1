"""Addresses in which host and port stand apart, or the port is the usual one: in options, strings, URLs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from dagdock.api import Service, Span, Text

from ._scripts import scripts_of

if TYPE_CHECKING:
    from dagdock.api import Command, Word

# Clients, the options with which they take a host and a port, and the port they try otherwise.
_POSTGRES = ("-h", "-p", 5432)
_MYSQL = ("-h", "-P", 3306)
_MONGO = ("", "", 27017)
_CLIENTS = {
    "psql": _POSTGRES, "pg_dump": _POSTGRES, "pg_dumpall": _POSTGRES, "pg_restore": _POSTGRES, "pg_isready": _POSTGRES,
    "createdb": _POSTGRES, "dropdb": _POSTGRES, "createuser": _POSTGRES, "pgbench": _POSTGRES, "vacuumdb": _POSTGRES,
    "pgcli": _POSTGRES, "mysql": _MYSQL, "mysqldump": _MYSQL, "mysqladmin": _MYSQL, "mariadb": _MYSQL,
    "mariadb-dump": _MYSQL, "mariadb-admin": _MYSQL, "mysqlimport": _MYSQL, "mycli": _MYSQL, "mongosh": _MONGO,
    "mongo": _MONGO, "mongodump": _MONGO, "mongorestore": _MONGO, "mongoimport": _MONGO, "mongoexport": _MONGO,
    "redis-cli": ("-h", "-p", 6379), "valkey-cli": ("-h", "-p", 6379), "clickhouse-client": ("-h", "", 9000),
}  # fmt: skip
# What starts a server, or brings one nearer: then this machine may be the right place to ask.
_SERVERS = (
    r"(?:^|[;&|({]\s*|\bexec\s+|['\"]\s*)postgres(?=\s|$)|\b(?:redis-server|valkey-server|pg_ctl|pg_ctlcluster|mysqld"
    r"|mysqld_safe|mariadbd|mongod|rabbitmq-server|memcached|supervisord|init\.d/\w+|service\s+\S+\s+start"
    r"|systemctl\s+start|cloud[-_]sql[-_]proxy|socat|port-forward|docker-entrypoint\.sh|ssh\s+-\S*[LN])(?![\w.])"
)


# The ports that URLs mean without saying so, by their scheme without the driver behind `+`.
_OF_SCHEMES = {
    "postgres": 5432, "postgresql": 5432, "mysql": 3306, "mariadb": 3306, "mongodb": 27017, "redis": 6379,
    "amqp": 5672, "sqlserver": 1433, "mssql": 1433, "nats": 4222, "neo4j": 7687, "bolt": 7687, "cassandra": 9042,
}  # fmt: skip
_IN_URL = (
    r"(?<![\w+.-])(?P<scheme>[a-z]+)(?:\+\w+)?://(?:[^\s/@?#]*@)?(?P<host>[a-z][\w.-]*|[\d.]+|\[::1\])(?=[/?;'\"\s]|$)"
)
_IN_STRING = (
    r"(?i)(?:^|(?<=[;\s'\"(=]))(?:host(?:addr|name)?|server|data ?source|addr(?:ess)?)\s*=\s*(?:tcp:)?"
    r"(?P<host>[a-z][\w.-]*|[\d.]+)(?:,(?P<port>\d{2,5}))?(?=[;\s'\"]|$)"
)
_PORT_IN_STRING = r"(?i)(?:^|[;\s'\"(=])port\s*=\s*(\d{2,5})(?!\d)"


class Address(NamedTuple):
    """A host and a port that a command is given apart; `place` is the host."""

    place: Text
    port: int


def addresses_in(service: Service) -> Iterator[Address]:
    """The hosts in the options of a service's commands whose port is known."""
    for script in scripts_of(service):
        for command in script.commands:
            yield from _in_command(command.effective)


def addresses_in_text(text: str) -> Iterator[tuple[int, int, int]]:
    """Where hosts stand in a text whose port stands apart from them or is the usual one: start, end and port.

    `mongodb://db/shop`, `host=db port=5432`, `Server=db,1433`.
    """
    for match in re.finditer(_IN_URL, text) if "://" in text else ():
        if port := _OF_SCHEMES.get(match["scheme"]):
            yield (*match.span("host"), port)
    for match in re.finditer(_IN_STRING, text) if "=" in text else ():
        apart = None if match["port"] else re.search(_PORT_IN_STRING, text)
        if match["port"] or apart:
            yield (*match.span("host"), int(match["port"] or (apart[1] if apart else 0)))


def starts_server(service: Service) -> bool:
    """Whether the commands of a service start a server, or a tunnel to one, in the container."""
    commands = (service.entrypoint, service.command)
    words = [str(word.raw) for command in commands if command for word in command.words]
    return bool(re.search(_SERVERS, " ".join(words)))


def _in_command(command: Command) -> Iterator[Address]:
    short_host, short_port, usual = _CLIENTS.get(command.name or "", ("", "", 0))
    hosts: list[tuple[str, Text]] = []
    ports: dict[str, int] = {}
    for option, value in _options(command):
        if option in (short_host, short_port):
            option = "--host" if option == short_host else "--port"
        named = re.fullmatch(r"--?(?P<name>(?:\w+[-_.])*?)(?P<kind>host|hostname|server|port)", option)
        # Of a program that is not known as a client, `--host` and `--port` may say where it listens itself.
        if named is None or not (named["name"] or usual):
            continue
        if named["kind"] == "port":
            ports[named["name"]] = int(value) if value.isdigit() else 0
        else:
            hosts.append((named["name"], value))
    for name, host in hosts:
        port = ports.get(name, 0 if ports else usual)
        if port:
            yield Address(host, port)


def _options(command: Command) -> Iterator[tuple[str, Text]]:
    """Each option with its value, both known."""
    for word, following in pairwise([*command.arguments, None]):
        text = word.value if word is not None else None
        if word is None or not text or text[0] != "-" or len(text) < 2:
            continue
        option, equals, value = text.partition("=")
        if text[1] != "-" and len(text) > 2 and not equals and text[:2] in ("-h", "-P", "-p"):
            yield text[:2], _end(word, text[2:])  # `-hlocalhost`
        if equals:
            yield option, _end(word, value)
        elif following is not None and following.value and following.value[0] != "-":
            yield option, Text(following.value, following.span)


def _end(word: Word, value: str) -> Text:
    """The end of a word, at its place where the file has it letter by letter."""
    span = word.span
    written = span.text.rstrip("'\"")
    if not written.endswith(value):
        return Text(value, span)
    end = span.start + len(written)
    return Text(value, Span(span.source, end - len(value), end))
