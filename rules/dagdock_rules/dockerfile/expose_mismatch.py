from __future__ import annotations

from dagdock.api import Bad, Expose, Located, Problem, Problems, Project, Related, Stage, rule

from ._ports import read
from ._serving import serving


@rule(
    "DF630",
    severity="info",
    since="0.1",
    lessons=["L12"],
    bad=[
        Bad('FROM python:3.12-slim\nEXPOSE «80»\nCMD ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]\n'),
        Bad("FROM python:3.12-slim\nEXPOSE «8000»\nCMD exec flask run --host=0.0.0.0\n"),
        Bad(
            {
                "Dockerfile": 'FROM python:3.12-slim\nCOPY app.py /\nEXPOSE «8000»\nCMD ["python", "/app.py"]\n',
                "app.py": "from flask import Flask\napp = Flask(__name__)\napp.run('0.0.0.0', port=5000)\n",
            }
        ),
        Bad('FROM python:3.12-slim\nENV PORT=8080\nEXPOSE «80»\nCMD ["sh", "-c", "uvicorn app:app --port $PORT"]\n'),
    ],
    good=[
        'FROM python:3.12-slim\nEXPOSE 8000 9090\nCMD ["uvicorn", "app:app", "--host", "0.0.0.0"]\n',
        "FROM python:3.12-slim\nARG PORT\nEXPOSE $PORT\nCMD gunicorn --bind :8000 app:app\n",
        'FROM python:3.12-slim\nEXPOSE 80\nCMD ["python", "app.py"]\n',
    ],
)
def expose_mismatch(stage: Stage, project: Project) -> Problems:
    """EXPOSE names another port than the one that the program listens on.

    EXPOSE opens nothing: it tells people and tools which port to map. With the wrong one `docker run -P`, a proxy or a
    colleague ends at a port where nobody answers. The rule knows the port of common servers, by their options or
    their default, and that of small programs and scripts that say it themselves.

    https://docs.docker.com/reference/dockerfile/#expose
    """
    if not stage.is_final:
        return
    exposed = [(expose, word) for part in stage.chain() for expose in part.all_of(Expose) for word in expose.words]
    running = serving(stage, project) if exposed else None
    if running is None:
        return
    starter, server = running
    for expose, word in exposed:
        text = word.resolve((expose.stage or stage).scope_at(expose))
        numbers = read(text).numbers if text is not None else None
        if numbers is None or server.port in numbers:
            return
    place: Located = exposed[0][1] if len(exposed) == 1 else exposed[0][0]
    how = "listens on" if server.stated else "listens on its default port"
    if len(exposed) > 1 and not server.stated:
        return  # several ports: one of them may be for something that is started later
    yield Problem(
        place,
        f"`{server.name}` {how} {server.port}, and nothing here exposes that one. Write `EXPOSE {server.port}`, or "
        "start it on the port that is exposed",
        related=[Related(starter, "the program is started here")],
    )
