FROM alpine
RUN <<EOF
no newline behind the word
EOF