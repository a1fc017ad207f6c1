from __future__ import annotations

from dagdock.api import Bad, Problems, Run, rule

from ._pins import unpinned_problems


@rule(
    "DF308",
    severity="warning",
    since="0.1",
    lessons=["L16"],
    aliases=["hadolint:DL3028", "kics:gem-install-without-version"],
    tags=["reproducible"],
    words=["gem"],
    words_near=True,
    bad=[
        Bad("FROM ruby:3.3-slim\nRUN gem install --no-document «rails»\n"),
    ],
    good=[
        "FROM ruby:3.3-slim\nRUN gem install rails:7.1.3 && gem install bundler -v 2.5.6\n",
        "FROM ruby:3.3-slim\nRUN gem install nokogiri:1.16.2 -- --use-system-libraries\n",
    ],
)
def unpinned_gem(run: Run) -> Problems:
    """A Ruby gem is installed without a version.

    gem takes the newest release of the day. One morning that is a new major version, or one that your Ruby is too old
    for, and a build that nobody touched fails.

    https://guides.rubygems.org/command-reference/#gem-install
    """
    yield from unpinned_problems(run, ("gem",), ("install", "i"))
