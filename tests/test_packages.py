"""What shell scripts ask of package managers, from the table in data/package-managers.toml."""

from __future__ import annotations

import pytest

from dagdock.api import Mapped, Source, load_data, parse_shell
from dagdock_rules.packages import ACTIONS, PackageCommand, caches, installs, package_commands


def calls(text: str) -> list[PackageCommand]:
    return list(package_commands(parse_shell(Mapped.of(Source("Dockerfile", text).whole))))


def call(text: str) -> PackageCommand:
    (found,) = calls(text)
    return found


@pytest.mark.parametrize(
    ("text", "manager", "action", "verb", "packages"),
    [
        ("apt-get install -y curl git=1:2", "apt-get", "install", "install", ["curl", "git=1:2"]),
        ("apt-get -y install -t stable curl", "apt-get", "install", "install", ["curl"]),
        ("apt-get -o A::B=c update", "apt-get", "update", "update", []),
        ("sudo apt install ./x.deb", "apt", "install", "install", ["./x.deb"]),
        ("apk add --no-cache -t .deps gcc musl-dev", "apk", "install", "add", ["gcc", "musl-dev"]),
        ("apk --update add curl", "apk", "install", "add", ["curl"]),
        ("yum -y module install nodejs:18", "yum", "install", "module install", ["nodejs:18"]),
        ("dnf5 install -y x", "dnf", "install", "install", ["x"]),
        ("yum update -y", "yum", "upgrade", "update", []),
        ("dnf clean all", "dnf", "clean", "clean all", []),
        ("zypper -n in x", "zypper", "install", "in", ["x"]),
        ("pacman -Syu --noconfirm git", "pacman", "install", "", ["git"]),
        ("pacman -Sy", "pacman", "update", "", []),
        ("pacman -Scc --noconfirm", "pacman", "clean", "", []),
        ("pip3.11 install -r requirements.txt flask==2 .", "pip", "install", "install", ["flask==2", "."]),
        ("python -m pip install --index-url http://x flask", "pip", "install", "install", ["flask"]),
        ("uv pip install x", "uv", "install", "pip install", ["x"]),
        ("npm ci", "npm", "install", "ci", []),
        ("npm --prefix app i left-pad", "npm", "install", "i", ["left-pad"]),
        ("yarn", "yarn", "install", "", []),
        ("yarn --frozen-lockfile", "yarn", "install", "", []),
        ("yarn global add x", "yarn", "install", "global add", ["x"]),
        ("gem install -v 1.0 rails", "gem", "install", "install", ["rails"]),
        ("go install -ldflags '-s -w' example.com/x@v1", "go", "install", "install", ["example.com/x@v1"]),
        ("go run example.com/x@v1 serve --port 1", "go", "install", "run", ["example.com/x@v1"]),
        ("go mod download", "go", "install", "mod download", []),
        ("xargs apt-get install -y", "apt-get", "install", "install", []),
        ("bash -c 'apt-get install -y x'", "apt-get", "install", "install", ["x"]),
    ],
)
def test_calls(text: str, manager: str, action: str, verb: str, packages: list[str]) -> None:
    found = call(text)
    assert (found.manager, found.action, found.verb) == (manager, action, verb)
    assert [package.text for package in found.packages] == packages
    assert found.verb_word.span.text in text


@pytest.mark.parametrize(
    "text",
    [
        "echo apt-get install x",
        "which apt-get",
        "command -v pip",
        "apt-get",
        "apt-get --help",
        "pip --version",
        "pipenv-x install y",
        "notdnf install x",
        "yarn build",
        "npm run install",
        "go test ./...",
        "pacman -Q",
        "rm -rf /var/lib/apt/lists/*",
    ],
)
def test_no_calls(text: str) -> None:
    assert calls(text) == []


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("apt-get install x", False),
        ("apt-get install -q x", False),
        ("apt-get install -y x", True),
        ("apt-get -y install x", True),
        ("apt-get install --yes x", True),
        ("apt-get install --assume-yes x", True),
        ("apt-get install -yqq x", True),
        ("apt-get install -qq x", True),
        ("apt-get install -q -q x", True),
        ("apt-get install --quiet --quiet x", True),
        ("apt-get install -q=2 x", True),
        ("apt-get install -o APT::Get::Assume-Yes=true x", True),
        ("apt-get install -t -y x", False),
        ("apt-get install $FLAGS x", None),
        ("apt-get install x=$VERSION", False),
        ("yes | apt-get install x", True),
        ("yum install x", False),
        ("yum install -y x", True),
        ("dnf install --assumeyes x", True),
        ("zypper --non-interactive install x", True),
        ("zypper install x", False),
    ],
)
def test_whether_questions_are_answered(text: str, yes: bool | None) -> None:
    found = next(found for found in calls(text) if found.action == "install")
    assert found.yes is yes


def test_families_and_actions() -> None:
    text = "apt update && apt-get install -y curl && aptitude clean && pip install x"
    assert [(found.family, found.action) for found in calls(text)] == [
        ("apt", "update"),
        ("apt", "install"),
        ("apt", "clean"),
        ("pip", "install"),
    ]
    script = parse_shell(Mapped.of(Source("Dockerfile", text).whole))
    assert [found.manager for found in installs(script)] == ["apt-get", "pip"]
    assert [found.manager for found in package_commands(script, "update", "clean")] == ["apt", "aptitude"]
    assert "/var/lib/apt/lists" in caches("apt")
    assert caches("apk") == ["/var/cache/apk"]
    assert caches("nothing") == []


def test_the_table_is_well_formed() -> None:
    keys = "family valued yes quiet caches clusters rest-is-foreign dashes-end pin files"
    known = {*keys.split(), *ACTIONS}
    facts = load_data("dagdock_rules", "package-managers")
    assert facts["source"]
    assert facts["date"]
    tables = {name: about for name, about in facts.items() if isinstance(about, dict)}
    for name, about in tables.items():
        assert set(about) <= known, name
        assert about["family"], name
        assert all(option.startswith("-") for option in [*about.get("valued", ()), *about.get("yes", ())]), name


def test_data_is_read_once() -> None:
    assert load_data("dagdock_rules", "package-managers") is load_data("dagdock_rules", "package-managers")
    with pytest.raises(FileNotFoundError):
        load_data("dagdock_rules", "no-such-facts")
