ARG A
ARG B=1 C="two words" D='three $words' E
ARG F=
FROM alpine
ENV A=1 B="two words" C=with\ escape D='single $A' E=$A F=${A:-x}
ENV OLD the whole "rest" of   the line
ENV OLD	tab
ENV A= B="" C=''
ENV A="multi \
line" B=2
ENV A=a=b=c "quoted key"=1
ENV A=it\'s B="a'b" C='a"b' D="a\"b"
LABEL maintainer="A <a@example.com>" org.example.x=1
LABEL old style label
LABEL "com.example"="x" multi="a\
b"
