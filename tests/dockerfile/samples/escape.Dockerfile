# syntax=docker/dockerfile:1
#   Escape = `
FROM mcr.microsoft.com/windows/servercore:ltsc2022
SHELL ["powershell", "-Command"]
COPY app.exe C:\app\
RUN dir `
    C:\Windows\
WORKDIR C:\app\
ENV PATH=C:\app;%PATH% A=a` b
RUN echo no ``
RUN echo \
CMD ["C:\\app\\app.exe"]
