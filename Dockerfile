# dagdock in an image of its own:
#
#   docker build --tag dagdock .
#   docker run --rm --volume "$PWD:/work:ro" dagdock check

FROM python:3.13-slim-trixie AS build
WORKDIR /build
RUN python -m venv /opt/dagdock

# What dagdock needs, in a layer that stays until that changes.
COPY pyproject.toml ./
RUN python -c "import tomllib; \
        project = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
        print(*project['dependencies'], sep='\n')" > requirements.txt \
    && /opt/dagdock/bin/pip install --no-cache-dir --requirement requirements.txt

COPY README.md LICENSE ./
COPY lint/ lint/
COPY rules/ rules/
RUN /opt/dagdock/bin/pip install --no-cache-dir --no-deps .

FROM python:3.13-slim-trixie
COPY --from=build /opt/dagdock /opt/dagdock
USER 65532:65532
WORKDIR /work
# It runs once and ends.
HEALTHCHECK NONE
ENTRYPOINT ["/opt/dagdock/bin/dagdock"]
CMD ["check"]
