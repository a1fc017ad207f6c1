"""Pages of images on Docker Hub."""

from __future__ import annotations

from dagdock.image import ImageRef

# The images without a namespace that have a page: github.com/docker-library/official-images as of 2026-08, and those
# it held before that are still used. A name that is not among them is an image that somebody builds locally.
_OFFICIAL = frozenset(
    """
    adminer adoptopenjdk aerospike almalinux alpine alt amazoncorretto amazonlinux api-firewall arangodb archlinux
    azul-zulu backdrop bash bonita buildpack-deps busybox caddy cassandra centos chronograf cirros clearlinux clefos
    clickhouse clojure composer consul convertigo couchbase couchdb crate dart debian docker drupal eclipse-mosquitto
    eclipse-temurin eggdrop elasticsearch elixir emqx erlang espocrm fedora flink fluentd friendica gazebo gcc
    geonetwork ghost golang gradle groovy haproxy haskell haxe hello-world hitch httpd hylang ibm-semeru-runtimes
    ibmjava influxdb irssi jetty joomla jruby julia kapacitor kibana kong krakend lightstreamer liquibase logstash
    mageia mariadb matomo maven mediawiki memcached mongo mongo-express monica mysql nats neo4j neurodebian nextcloud
    nginx nim node notary odoo open-liberty openjdk oraclelinux orientdb percona perl photon php php-zendserver
    phpmyadmin plone postfixadmin postgres pypy python r-base rabbitmq rakudo-star redis redmine registry rethinkdb
    rockylinux ros ruby rust sapmachine satosa scratch silverpeas solr sonarqube spark spiped storm swift swipl
    teamspeak telegraf tomcat tomee traefik ubuntu unit varnish vault websphere-liberty wordpress xwiki yourls znc
    zookeeper
    """.split()
)


def page_of(image: ImageRef) -> str | None:
    """The address of an image's page; None for an image of another registry, and for one that is nobody's known."""
    if image.registry not in (None, "docker.io", "index.docker.io"):
        return None
    name = image.familiar
    if name in _OFFICIAL:
        return f"https://hub.docker.com/_/{name}"
    return f"https://hub.docker.com/r/{name}" if name.count("/") == 1 else None
