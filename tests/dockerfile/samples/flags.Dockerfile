FROM --platform=$BUILDPLATFORM golang:1.23 AS build
RUN --mount=type=cache,target=/root/.cache --mount=type=bind,source=go.mod,target=go.mod \
    --security=insecure   go build
RUN --mount="type=cache,target=/a b" --x='single quoted' cmd
RUN --mount=type=secret,id=token\ with\ blank cmd --not-a-flag
COPY --from=build --chown=1000:1000 --link /app /app
COPY --link --parents --exclude=*.md --exclude=*.txt ./a ./b /c/
ADD --checksum=sha256:abc --keep-git-dir=true https://example.com/a.git /a
RUN -- --not-a-flag
RUN --flag -- rest
RUN --flag
RUN -x --y
CMD --port 80
ENTRYPOINT --nothing=
USER --odd
EXPOSE --odd 80
ONBUILD COPY --from=build a b
