from __future__ import annotations

from dagdock.api import Bad, Command, Problem, Problems, Run, Word, rule

from ._layers import ships

VALUED = (
    "-u",
    "--username",
    "-p",
    "--password",
    "-t",
    "--access-token",
    "--tenant",
    "--service-principal",
    "--key-file",
)

TOOLS = frozenset("aws gcloud az docker podman buildah skopeo helm doctl npm yarn pnpm composer".split())


@rule(
    "DF704",
    severity="error",
    since="0.1",
    security=8.0,
    lessons=["L09"],
    aliases=["trivy:DS-0031"],
    tags=["security"],
    bad=[
        Bad("FROM amazon/aws-cli:2.17.0\nARG KEY\nRUN «aws configure set aws_secret_access_key $KEY»\n"),
        Bad("FROM docker:27\nRUN «docker login -u ci -p $TOKEN registry.example.com» && docker pull x\n"),
    ],
    good=[
        "FROM amazon/aws-cli:2.17.0\nRUN aws configure set region eu-central-1\n",
        "FROM amazon/aws-cli:2.17.0\nRUN --mount=type=secret,id=aws,target=/root/.aws/credentials aws s3 ls\n",
        "FROM docker:27\nRUN docker login --help\n",
    ],
)
def credentials_set_in_run(run: Run) -> Problems:
    """A RUN logs in or sets credentials, and they stay in the image.

    The tool writes what it is given to a file in the layer, and the command with its arguments stands in the image's
    history: whoever has the image has both. Give credentials to a step by `RUN --mount=type=secret`, which leaves
    nothing behind.

    https://docs.docker.com/build/building/secrets/
    """
    if any(mount.type == "secret" for mount in run.mounts):
        return
    for command in run.script.commands:
        effective = command.effective
        what = _logs_in(effective) if effective.name in TOOLS else ""
        if what:
            where = "the image" if ships(run) else "the layers of this stage and the build cache"
            yield Problem(
                effective,
                f"{what} stays readable in {where}. Hand it to this step with `--mount=type=secret`",
                severity="error" if ships(run) else "warning",
            )


def _logs_in(command: Command) -> str:
    """What a command stores; empty where it stores no credentials."""
    words = [_text(word) for word in command.arguments]
    options = command.options(VALUED)
    operands = [_text(word) for word in options.operands]
    name = command.name
    if name == "aws" and operands[:2] == ["configure", "set"] and len(operands) > 3:
        key = operands[2].rpartition(".")[2]
        return f"`{key}`" if key in ("aws_secret_access_key", "aws_access_key_id", "aws_session_token") else ""
    if name == "gcloud" and operands[:2] == ["auth", "activate-service-account"]:
        return "the service account's key"
    if name in ("az", "docker", "podman", "buildah", "skopeo", "helm") and "login" in operands[:2]:
        return "the password" if any(option.name in ("-p", "--password") for option in options.options) else ""
    if name == "doctl" and operands[:2] == ["auth", "init"]:
        return "the token" if any(option.name in ("-t", "--access-token") for option in options.options) else ""
    if name in ("npm", "yarn", "pnpm") and operands[:2] == ["config", "set"] and len(words) > 2:
        found = next((word for word in words[2:] if "_authToken" in word or "_password" in word), "")
        return "the registry's token" if found else ""
    if name == "composer" and operands[:1] == ["config"] and any("-oauth." in word for word in words):
        return "the token"
    return ""


def _text(word: Word) -> str:
    return word.value if word.value is not None else word.text
