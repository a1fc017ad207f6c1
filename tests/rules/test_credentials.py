"""The reader of secrets that a text hands over: every form once, what only looks like one, and any text at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagdock_rules.credentials import FORMS, forms_in, handed_over, settings_in

SECRET = "Quitte77baum"

HANDED = {
    "option": f"app --db-password={SECRET}",
    "option apart": f"app --password '{SECRET}' run",
    "option in a list": f'["app", "--db-password", "{SECRET}"]',
    "Java property": f"java -Xmx1g -Dspring.datasource.password={SECRET} -jar app.jar",
    "variable": f"PGPASSWORD={SECRET} pg_dump -h db shop",
    "variable of docker": f"docker run -e DB_PASSWORD={SECRET} app",
    "curl": f"curl -fsS -u ci:{SECRET} https://files.example.org/a",
    "curl, options in one": f"curl -sSu ci:{SECRET} https://files.example.org/a",
    "httpie": f"http -a ci:{SECRET} files.example.org/a",
    "mysql": f"mysql -h db -uroot -p{SECRET} shop",
    "mongosh": f"mongosh -u root -p {SECRET} --eval 1",
    "redis-cli": f"redis-cli -h cache -a {SECRET} ping",
    "sqlcmd": f"sqlcmd -S db -U sa -P '{SECRET}' -Q 'SELECT 1'",
    "rabbitmqctl": f"rabbitmqctl add_user shop {SECRET}",
    "mc": f"mc alias set store http://minio:9000 shop {SECRET}",
    "htpasswd": f"htpasswd -bc /etc/users admin {SECRET}",
    "keytool": f"keytool -genkey -storepass {SECRET} -alias a",
    "header": "curl -H 'Authorization: Bearer 9fKq2LmZx83VbTnR51Ws' https://api",
    "header in a variable": "Authorization=Basic b3RlbDpRdWl0dGU3N2JhdW0=",
    "header of its own": "-H 'X-Api-Key: 4f9b2c7d8e1a6f3b5c0d'",
    "header of GitLab": "-H 'PRIVATE-TOKEN: 4f9b2c7d8e1a6f3b5c0d'",
    "from a pipe": f"echo {SECRET} | docker login -u shop --password-stdin",
    "smbclient": f"smbclient //nas/share -U shop%{SECRET}",
    "JSON": f'{{"host": "wh", "login": "etl", "password": "{SECRET}"}}',
    "JSON, quotes escaped": f'{{\\"login\\":\\"etl\\",\\"password\\":\\"{SECRET}\\"}}',
    "libpq": f"host=wh user=etl password={SECRET} dbname=x",
    "libpq, first": f"password={SECRET} host=wh",
    "libpq, quoted": f"host=wh password='{SECRET}'",
    "SQL Server": f"Server=sql,1433;Database=erp;User Id=erp;Password={SECRET};Encrypt=yes",
    "ODBC": f"Driver={{ODBC Driver 18}};Server=sql;Uid=sa;Pwd={SECRET}",
    "Azure": "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=Zm9v9mFyYmF6cXV4cXV1eGNv7mdlZ3JhdWx0Z2Fy;",
    "service bus": "Endpoint=sb://a.example.net/;SharedAccessKeyName=Root;SharedAccessKey=pX9dK2mZ7vQw1LtR8sYb4NcE6fGh=",
    "JDBC": f"jdbc:mysql://db:3306/shop?user=shop&password={SECRET}&ssl=true",
    "JDBC of SQL Server": f"jdbc:sqlserver://db:1433;user=sa;password={SECRET}",
    "JDBC of Oracle": f"jdbc:oracle:thin:scott/{SECRET}@db:1521/x",
    "JAAS": f'PlainLoginModule required username="ui" password="{SECRET}";',
    "address": "https://hooks.example.org/x?token=4f9b2c7d8e1a6f3b",
    "SQL": f"CREATE ROLE shop LOGIN PASSWORD '{SECRET}'",
    "SQL of MySQL": f"CREATE USER shop IDENTIFIED BY '{SECRET}'",
}

NOT_HANDED = {
    "variable of a shell": 'PGPASSWORD="$PW" pg_dump -p 5432 && curl -u "$U:$P" https://x && mysql -p$PW',
    "variables": "host=wh user=etl password=${PW} jdbc:postgresql://db/x?user=a&password=$PW&Pwd={{ pw }};Uid=a",
    "a name in braces": "Server=sql;Uid=sa;Pwd={db_password};",
    "to be filled in": "host=wh user=etl password=<password> https://x/?token={token} --token YOUR_TOKEN",
    "files": "app --password-file /run/secrets/pw --token-url https://idp/token --key /etc/tls.key",
    "fields": '{"username": "user_field", "password": "pass_field"}',
    "policies": "PASSWORD_POLICY=min-length=12;max-age=90 PASSWORD_MIN=12",
    "alone": "forgot password=no and user presses=yes",
    "empty": "Server=db;Uid=sa;Pwd=;host=db password= user=a",
    "code": "connect(host=host, user=user, password=password, port=1) connect(host=a, password=conn.password)",
    "items": "connect(host=self.conf['host'], password=self.conf['password']) headers={'X-Api-Key': self.api_key}",
    "usage": "app [--password PASSWORD] [--token TOKEN_OF_APP] --conn-password DB_PASS",
    "options of code": "add_argument('--password', required=True) ['--token', config.admin_token, 'x']",
    "secrets of a build": "docker build --secret id=npm,env=NPM_TOKEN --secret=id=aws,src=/root/.aws/credentials .",
    "names of secrets": "CREATE ROLE app LOGIN PASSWORD 'app_password' user=a password=prod-db-password host=b",
    "asked for": "mysql -u root --password shop < /dump.sql",
    "a port": "psql -h db -p 5432 -U app; ssh -p 2222 host; mkdir -p /data/secrets",
}


@pytest.mark.parametrize("text", HANDED.values(), ids=HANDED)
def test_a_secret_is_seen_at_its_place(text: str) -> None:
    found = [each for each in handed_over(text) if each.is_secret]
    assert len(found) == 1
    assert text[found[0].start : found[0].end] == found[0].secret
    assert found[0].secret == SECRET or SECRET not in text
    assert [each for each in handed_over(text, forms_in(f"a file\n{text}\n")) if each.is_secret] == found


@pytest.mark.parametrize("text", NOT_HANDED.values(), ids=NOT_HANDED)
def test_what_only_looks_like_one_is_left_alone(text: str) -> None:
    assert [each for each in handed_over(text) if each.is_secret] == []


def test_a_connection_string_says_whose_it_is() -> None:
    found = next(handed_over(f"Server=tcp:sql.shop.internal,1433;User Id=erp;Password={SECRET};"))
    assert (found.user, found.host) == ("erp", "sql.shop.internal")


def test_settings_of_a_file() -> None:
    text = (
        f'[auth]\nclient_id = shop\nclient_secret = "{SECRET}"\ndb.password={SECRET}\ntoken_ttl: 60\n  password: x,\n'
    )
    assert [(each.name, each.secret) for each in settings_in(text)] == [
        ("client_secret", SECRET),
        ("db.password", SECRET),
        ("password", "x"),
    ]


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.sampled_from([sign for form in FORMS for sign in form.signs] + list(" =:;'\"{}?&@/\\\n\0é") + ["x1"]))
)
def test_any_text_is_read(parts: list[str]) -> None:
    text = "".join(parts)
    for found in [*handed_over(text), *settings_in(text)]:
        assert text[found.start : found.end] == found.secret
