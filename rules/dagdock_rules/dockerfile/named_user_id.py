from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, User, rule


@rule(
    "DF613",
    severity="info",
    since="0.1",
    default=False,
    lessons=["L13"],
    aliases=["hadolint:DL3066"],
    bad=[Bad("FROM python:3.12-slim\nRUN useradd app\nUSER «app»\n")],
    good=[
        "FROM python:3.12-slim\nRUN useradd -u 10001 app\nUSER 10001\n",
        "FROM python:3.12-slim\nUSER 10001:app\n",
        "FROM python:3.12-slim\nARG APP_USER=app\nUSER $APP_USER\n",
    ],
)
def named_user_id(user: User) -> Problems:
    """USER names its user by name.

    Kubernetes can check `runAsNonRoot` only when the image gives a number: it cannot look a name up in the image. In
    Docker and Compose a name is just as good and easier to read, so this is for teams that deploy to Kubernetes.

    https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
    """
    word = user.user
    if word is None or not word.raw:
        return
    name = word.value.partition(":")[0]
    if name.isdigit() or (word.variables and (word.literal is None and _is_given(user, name))):
        return
    yield Problem(
        word,
        f"`{name}` is a name, and `runAsNonRoot` of Kubernetes understands only numbers. Write the user's number",
    )


def _is_given(user: User, name: str) -> bool:
    """Whether an ARG says the user, so that each build may give a number."""
    scope = user.stage.scope_at(user) if user.stage else None
    names = [str(variable.name) for variable in (user.user.variables if user.user else ())]
    above = user.dockerfile.global_scope  # not known in a stage, which another rule says
    return any((scope is not None and each in scope) or each in above for each in names)
