FROM alpine
# é, 😀 and 漢字 in a comment
ENV GREETING="Grüße 😀" É=1
RUN echo "é" && echo 😀 \
  # 漢字
  && echo	漢字
COPY dossier\ é /données/
RUN <<EOF
echo 😀
EOF
LABEL a="  " b=" no-break "
 RUN echo behind a no-break space
