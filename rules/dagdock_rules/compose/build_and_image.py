from __future__ import annotations

from dagdock.api import Bad, Problem, Problems, Project, Service, rule

from ._model import as_run
from ._stores import store_by_image

# Official images of Docker that people name where they mean to build their own.
OFFICIAL = frozenset(
    "alpine amazoncorretto busybox caddy centos debian docker eclipse-temurin elixir erlang fedora golang gradle "
    "haproxy httpd java jenkins joomla maven nextcloud nginx node openjdk perl php python ruby rust sonarqube swift "
    "tomcat traefik ubuntu wordpress".split()
)


@rule(
    "DC102",
    severity="info",
    since="0.1",
    precision="very-high",
    lessons=["L28"],
    aliases=["dclint:no-build-and-image"],
    bad=[
        Bad("services:\n  web:\n    build: .\n    image: «nginx»\n"),
        Bad("services:\n  db:\n    build: ./db\n    image: «postgres:16»\n"),
    ],
    good=[
        "services:\n  web:\n    build: .\n    image: shop/web:1.4\n",
        "services:\n  web:\n    image: nginx:1.27\n",
        "services:\n  web:\n    build: .\n    image: nginx:1.27\n    pull_policy: build\n",
    ],
)
def build_and_image(service: Service, project: Project, *, check_pull_policy: bool = True) -> Problems:
    """A service builds an image and gives it the name of somebody else's.

    With `build`, `image` is the name that the result gets. Under the name of an official image it takes that one's
    place on this machine: other projects that ask for `nginx` get yours, and `docker compose pull` replaces yours with
    the real one. Leave `image` out, name your own, or leave `build` out where the real one is meant. A `pull_policy`
    says what is meant; with the option `check-pull-policy = false` it makes no difference.

    https://docs.docker.com/reference/compose-file/build/#using-build-and-image
    """
    running = as_run(service, project)
    image, reference = service.image, service.image_ref
    if image is None or reference is None or running.build is None:
        return
    if check_pull_policy and running.has("pull_policy"):
        return
    if reference.familiar in OFFICIAL or ("/" not in reference.familiar and store_by_image(reference)):
        yield Problem(
            image,
            f"what is built here takes the name of the official image `{reference.familiar}`, and replaces it on this "
            "machine. Name it after your project, or leave one of `image` and `build` out",
        )
