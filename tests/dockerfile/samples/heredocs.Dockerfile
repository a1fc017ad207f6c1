# syntax=docker/dockerfile:1
FROM debian:12 AS base
RUN <<EOF
apt-get update
apt-get install -y curl   # FROM here is no instruction
FROM nowhere
EOF
# directly behind a heredoc
RUN <<-EOF
	echo tabs are stripped
		echo two of them
	EOF
RUN <<'EOF' && echo after
echo "$HOME" is not expanded by the outer shell
EOF
RUN <<"END OF FILE"
echo the word has blanks
END OF FILE
RUN <<\EOT
echo escaped
EOT
RUN --mount=type=cache,target=/var/cache/apt \
    --network=none \
    # a comment between flags and heredoc
    <<EOF bash
set -euo pipefail
EOF
COPY <<one <<two /etc/app/
first file
one
second file
two
COPY --chmod=755 <<EOF /usr/local/bin/start
#!/bin/sh
exec app \
  --port 80

EOF
ADD <<EOF /srv/add.txt
added
EOF
RUN python3 <<EOF
print("hello")
EOF
RUN cat <<< "here-string" && cat <<EOF > /tmp/x
text
EOF
RUN cat 3<<EOF <<OTHER
three
EOF
zero
OTHER
ONBUILD RUN <<EOF
echo later
EOF
RUN ["cat", "<<EOF"]
CMD echo <<EOF
RUN echo "it's <<EOF"
RUN echo it's <<EOF
RUN cat<<EOF
RUN echo $((1<<2))
RUN <<A echo one; echo \
  two
body
A
RUN <<EMPTY
EMPTY
RUN <<EOF
the last line ends without a newline
EOF
