from __future__ import annotations

from dagdock.api import Bad, Problems, Run, rule

from ._pins import unpinned_problems


@rule(
    "DF307",
    severity="warning",
    since="0.1",
    lessons=["L16"],
    aliases=["hadolint:DL3016", "kics:npm-install-command-without-pinned-version"],
    tags=["reproducible"],
    words=["npm", "yarn", "bun"],
    words_near=True,
    bad=[
        Bad("FROM node:22-slim\nRUN npm install -g «serve»\n"),
        Bad("FROM node:22-slim\nRUN yarn global add «@angular/cli»\n"),
    ],
    good=[
        "FROM node:22-slim\nRUN npm install -g serve@14.2.3 @angular/cli@18\n",
        "FROM node:22-slim\nCOPY package*.json ./\nRUN npm ci\n",
        (
            "FROM node:22-slim\n"
            "RUN npm install --registry https://npm.example.com ./local git+https://github.com/user/repo.git#v1.2\n"
        ),
    ],
)
def unpinned_npm(run: Run) -> Problems:
    """A Node package is installed by name and without a version.

    The package manager takes the newest release of the day, and no lock file has a say in it. One morning that is a
    new major version, and a build that nobody touched fails.

    https://docs.npmjs.com/cli/commands/npm-install
    """
    yield from unpinned_problems(
        run, ("npm", "yarn", "pnpm", "bun"), ("install", "i", "in", "ins", "inst", "isntall", "add", "a", "global add")
    )
