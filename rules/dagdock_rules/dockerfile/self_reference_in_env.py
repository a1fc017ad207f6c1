from __future__ import annotations

from bisect import bisect_right

from dagdock.api import Bad, Edit, Env, Fix, Pair, Problem, Problems, Related, Span, rule

from ._base_image import known_image

SURE = "all values of one ENV are worked out before any is set"
UNSURE = "this is what the base image has set, and empty if it has set nothing"


@rule(
    "DF620",
    severity="error",
    since="0.1",
    fix="safe",
    lessons=["L09"],
    aliases=["hadolint:DL3044", "buildkit:UndefinedVar"],
    bad=[
        Bad(
            "FROM debian:12\nENV APP_HOME=/srv/app PATH=«$APP_HOME»/bin:$PATH\n",
            fixed="FROM debian:12\nENV APP_HOME=/srv/app\nENV PATH=$APP_HOME/bin:$PATH\n",
        ),
        Bad(
            "FROM debian:12\nENV GO_VERSION=1.23 \\\n    GO_URL=https://go.dev/dl/go«${GO_VERSION}».tar.gz\n",
            fixed="FROM debian:12\nENV GO_VERSION=1.23\nENV GO_URL=https://go.dev/dl/go${GO_VERSION}.tar.gz\n",
        ),
    ],
    good=[
        "FROM debian:12\nENV APP_HOME=/srv/app\nENV PATH=$APP_HOME/bin:$PATH\n",
        "FROM debian:12\nENV APP=/srv APP_BIN=$APP_HOME/bin PATH=/opt/bin:$PATH\n",
    ],
)
def self_reference_in_env(env: Env) -> Problems:
    """A variable is used in the ENV that sets it.

    All values of one ENV are worked out before any of them is set, so the variable is still empty, or has its old
    value, in the rest of the same instruction. Set it in an ENV of its own, above.

    https://docs.docker.com/reference/dockerfile/#environment-replacement
    """
    pairs = env.pairs
    if len(pairs) < 2:
        return
    scope = env.stage.scope_at(env) if env.stage else None
    places: dict[str, list[int]] = {}
    for number, pair in enumerate(pairs):
        places.setdefault(str(pair.key), []).append(number)
    for number, pair in enumerate(pairs):
        for variable in pair.value.variables if pair.value else ():
            name = str(variable.name)
            setting = places.get(name, [])
            earlier = pairs[setting[0]] if setting and setting[0] < number else None
            after = bisect_right(setting, number)
            setter = earlier or (pairs[setting[after]] if after < len(setting) else None)
            if setter is None or variable.has_default:
                continue
            if pair.key == name:
                known = (
                    earlier is None
                )  # `PATH=…:$PATH` reads the old value; a second one in the same ENV loses the first
            else:
                known = (scope is not None and name in scope) or name == "PATH" or _is_set_by_base(env, name)
            if not known:
                sure = pair.key == name or _is_base_known(env)
                yield Problem(
                    variable,
                    f"`{name}` does not have its new value yet: {SURE if sure else UNSURE}. Set it in an ENV above",
                    severity=None if sure else "warning",
                    related=[Related(setter, f"`{name}` is set here")],
                    fix=_split(env, pairs[number - 1], pair) if earlier else None,
                )
                break


def _is_base_known(env: Env) -> bool:
    """Whether it is known which variables the base image sets."""
    if env.stage is None:
        return True
    facts = known_image(env.stage.root_image)
    return env.stage.root.is_scratch or (facts is not None and "env" in facts)


def _is_set_by_base(env: Env, name: str) -> bool:
    if env.stage is None:
        return False
    *_, first = env.stage.chain()
    facts = known_image(first.image)
    return facts is not None and name in facts.get("env", ())


def _split(env: Env, before: Pair, pair: Pair) -> Fix | None:
    """Begin a new ENV with a pair."""
    gap = Span(pair.span.source, before.span.end, pair.span.start)
    if "#" in gap.text or env.onbuild is not None:
        return None
    return Fix("Begin a new ENV here", [Edit(gap, f"{gap.source.newline}{env.keyword} ")])
