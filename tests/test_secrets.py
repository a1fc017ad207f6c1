"""What looks like a secret: by name, by value, by shape."""

from __future__ import annotations

import base64
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagdock.api import load_data
from dagdock_rules.secrets import (
    entropy,
    is_common_password,
    is_example_host,
    is_fernet_key,
    is_filled_in,
    is_identifier,
    is_likely_secret,
    is_placeholder,
    is_random,
    is_secret_name,
    is_setting,
    known_secret,
    known_secrets,
    password_in_url,
    passwords_in_urls,
    words_of,
)

ALPHABET = string.ascii_letters + string.digits


def scrambled(length: int, alphabet: str = ALPHABET) -> str:
    """A text as a machine would draw it; made here, so that no file of ours holds anything like a token."""
    found, state = "", 7
    for _ in range(length):
        state = (state * 1103515245 + 12345) % 2**31
        found += alphabet[(state >> 16) % len(alphabet)]
    return found


@pytest.mark.parametrize(
    "name",
    """
    PASSWORD password POSTGRES_PASSWORD db-password dbPassword DB_PASSWD DB_PASS LDAP_ROOTPASS PGPASSWORD WEBPASSWORD
    PASSWORD2 _AIRFLOW_WWW_USER_PASSWORD EMAIL_HOST_PASSWORD BOOTSTRAP_USER_PASS mail__options__auth__pass PGADMIN_PW
    client_secret clientSecret GITHUB_CLIENT_SECRET SECRET_KEY_BASE MINIO_SECRET_KEY secretkey
    API_KEY apiKey X-Api-Key OPENAI_API_KEY openai_apikey AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY PRIVATE_KEY
    AIRFLOW__CORE__FERNET_KEY AIRFLOW__API_AUTH__JWT_SECRET AIRFLOW__WEBSERVER__SECRET_KEY FERNET_KEY N8N_ENCRYPTION_KEY
    TOKEN GITHUB_TOKEN access_token HF_TOKEN bearer-token SECRET_PASSPHRASE credentials NEO4J_AUTH VITE_API_KEY
    """.split(),
)
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    """
    USER POSTGRES_USER PATH GOPRIVATE MONKEY KEYBOARD TOKENIZER AUTHOR PASSENGER passed bypass compass tokens MAX_TOKENS
    SECRET_MANAGER_REGION SECRET_NAMESPACE JWT_ACCESS_TOKEN_MINUTES SECRET_SCAN_LEVEL TOKEN_THROTTLE_RATE secret_bucket
    PASSWORD_FILE DB_PASSWORD_FILE secret_File SECRET_NAME secret_id SECRET_PATH TOKEN_URL token_type
    PASSWORD_MIN_LENGTH PUBLIC_KEY NEXT_PUBLIC_API_KEY public_token AUTH_MODULE_VERSION PRIMARY_KEY partition_key
    s3_key xcom_key GPG_KEY
    ALLOW_EMPTY_PASSWORD MYSQL_RANDOM_ROOT_PASSWORD ENABLE_TOKEN_AUTH HASHED_PASSWORD PASSWORD_HASH TOKEN_TTL
    API_KEY_VAR JENKINS_USERNAME NETSUITE_TOKEN_ID private_key_path client_id next_page_token INSTALL_SSHPASS
    NOPASSWD KEY AUTH
    AIRFLOW__CORE__FERNET_KEY_SECRET AIRFLOW__CORE__SQL_ALCHEMY_CONN_CMD AIRFLOW__SECRETS__BACKEND_KWARGS
    default-authentication-plugin REGISTRY_AUTH_HTPASSWD_REALM x _ 1 é
    """.split(),
)
def test_names_of_other_things(name: str) -> None:
    assert not is_secret_name(name)


def test_loose_names_as_buildkit_has_them() -> None:
    fires = "SECRET_PASSPHRASE SUPER_Secret password secret super_duper_secret_token auth apikey git_key".split()
    silent = "sunflower PUBLIC_KEY public_token SECRET_PASSPHRASE_FILE password_file secret_File AUTH_MODULE_VERSION"
    assert all(is_secret_name(name, loose=True) for name in fires)
    assert not any(is_secret_name(name, loose=True) for name in silent.split())


def test_words_of_a_name() -> None:
    assert words_of("AWS_SECRET-accessKey2") == ["aws", "secret", "access", "key2"]
    assert words_of("MYSQLPassword") == ["mysql", "password"]
    assert words_of("") == []


@pytest.mark.parametrize(
    "value",
    [
        "",
        "  ",
        "''",
        "${TOKEN}",
        "$TOKEN",
        "$(cat /run/secrets/x)",
        "${TOKEN:?set it}",
        "${TOKEN:-}",
        "${TOKEN:-changeme}",
        "{{ var.value.token }}",
        "{password}",
        "{conn.password}",
        "%s",
        "%(password)s",
        "<your token>",
        "<token>",
        "***",
        "********",
        "xxx",
        "XXXXXXXX",
        "xxxx-xxxx-xxxx",
        "...",
        "-",
        "00000000",
        "changeme",
        "ChangeMe!",
        "change-me",
        "please-change-this",
        "example",
        "example_123",
        "dummy-token",
        "PLACEHOLDER",
        "your-api-key",
        "your_auth_secret_here",
        "YOUR_API_KEY",
        "some_credentials",
        "REPLACE_WITH_TOKEN",
        "none",
        "null",
        "AKIAIOSFODNN7EXAMPLE",
    ],
)
def test_placeholders(value: str) -> None:
    assert is_placeholder(value)


@pytest.mark.parametrize(
    "value",
    ["airflow", "password", "root", "Th1sS3cret!", "mastodon", "awesome_db", "${X:-airflow}", "pa55", "s", "yours"],
)
def test_values_that_are_meant(value: str) -> None:
    assert not is_placeholder(value)


@pytest.mark.parametrize("text", ["$X", "${X}", "$(x)", "`x`", "{{ x }}", "{% x %}", "{x}", "{x!r}", "{}", "%s", "<x>"])
def test_filled_in_later(text: str) -> None:
    assert is_filled_in(f"a{text}b")


@pytest.mark.parametrize("text", ["", "a$", "5$", "100%", "a<b", "p%40ss", '{"a": 1}', "a*b", "[1]"])
def test_not_filled_in(text: str) -> None:
    assert not is_filled_in(text)


def test_common_passwords() -> None:
    assert all(is_common_password(value) for value in ("airflow", "postgres", "Password", "123456", "root"))
    assert not any(is_common_password(value) for value in ("whalehello", "", "airflow-prod"))


@pytest.mark.parametrize(
    "value",
    [
        "true",
        "No",
        "3600",
        "30s",
        "10MB",
        "/run/secrets/db-password",
        "./certs/key.pem",
        "~/.ssh/id_rsa",
        "tls/server.key",
        "http://auth:9100/",
        "arn:aws:secretsmanager:eu-west-1:1:secret:x",
        "vault:secret/data/x",
        "airflow.api.auth.backend.basic_auth",
    ],
)
def test_settings(value: str) -> None:
    assert is_setting(value)


@pytest.mark.parametrize("value", ["airflow", "123456", "hunter2", "http://me:whalehello@db/x", "a/b+c="])
def test_no_settings(value: str) -> None:
    assert not is_setting(value)


@pytest.mark.parametrize(
    ("value", "name", "likely"),
    [
        ("cloudera", "password", True),
        ("oltp_read", "password", True),
        ("dwh_svc_account", "password", True),
        ("Th1sS3cret!", "password", True),
        ("airflow", "password", False),  # everybody's
        ("secret", "password", False),
        ("short", "password", False),
        ("two words here", "password", False),
        ("access_token", "access_token", False),  # the key itself
        ("accessToken", "access_token", False),
        ("prod_db_password", "secret", False),  # the name of one
        ("bugzilla_probe_expiry_bot_api_key", "secret", False),
        ("airflow-gke-restricted-secrets", "secret", False),
        ("{{ conn.x.password }}", "password", False),
        ("/run/secrets/token", "token", False),
        ("{postgres_credentials.password}", "password", False),
    ],
)
def test_likely_secrets(value: str, name: str, likely: bool) -> None:
    assert is_likely_secret(value, name) is likely


def test_identifiers() -> None:
    assert is_identifier("my-api-key")
    assert not is_identifier("password")
    assert not is_identifier("oltp_read")


def jwt(payload: bytes) -> str:
    return ".".join(
        base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (b'{"alg":"HS256"}', payload, b"?" * 30)
    )


TOKENS = {
    "AWS access key": "AKIA" + scrambled(16, string.ascii_uppercase + "234567"),
    "Google API key": "AIza" + scrambled(35),
    "GitHub token": "ghp_" + scrambled(36),
    "GitLab token": "glpat-" + scrambled(20),
    "Slack token": f"xoxb-{scrambled(12, '9876')}-{scrambled(12, '9876')}-{scrambled(24)}",
    "Slack webhook": f"hooks.slack.com/services/T{scrambled(8, 'ABCD')}/B{scrambled(8, 'ABCD')}/{scrambled(24)}",
    "Stripe key": "sk_live_" + scrambled(24),
    "npm token": "npm_" + scrambled(36),
    "PyPI token": "pypi-AgE" + scrambled(80),
    "Docker Hub token": "dckr_pat_" + scrambled(27),
    "Databricks token": "dapi" + scrambled(32, "abcdef9876"),
    "Hugging Face token": "hf_" + scrambled(34, string.ascii_letters),
    "SendGrid key": f"SG.{scrambled(22)}.{scrambled(43)}",
    "Azure storage key": "AccountKey=" + scrambled(86) + "==",
    "JSON Web Token": jwt(b'{"sub":"8812","role":"admin"}'),
    "private key": "-----BEGIN RSA PRIVATE KEY-----\\n" + scrambled(64),
}


@pytest.mark.parametrize("kind", TOKENS)
def test_tokens_by_their_shape(kind: str) -> None:
    token = TOKENS[kind]
    assert known_secret(token) == kind
    text = f"curl -H 'X: {token}' é"
    (found,) = known_secrets(text)
    assert text[found.start : found.end] in token
    assert known_secret(token[: len(token) // 2]) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AKIAIOSFODNN7EXAMPLE",
        "AKIA" + "A" * 16,
        "AKIA" + scrambled(20, string.ascii_uppercase),
        "ghp_" + "x" * 36,
        "ghp_" + scrambled(30),
        "sk_test_" + scrambled(24),
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PUBLIC KEY-----\\n" + scrambled(64),
        "sha256:" + scrambled(64, "0123456789abcdef"),
        scrambled(40, "0123456789abcdef"),
        jwt(b'{"sub":"1234567890","name":"John Doe"}'),
        jwt(b'{"role":"anon"}'),
        "eyJhbGciOiJIUzI1NiJ9",
    ],
)
def test_no_tokens(text: str) -> None:
    assert known_secret(text) is None


def test_fernet_keys() -> None:
    assert is_fernet_key(base64.urlsafe_b64encode(scrambled(32).encode()).decode())
    assert not is_fernet_key("a" * 43 + "=")
    assert not is_fernet_key(scrambled(43))


@pytest.mark.parametrize(
    ("text", "password", "host"),
    [
        ("postgresql+psycopg2://airflow:airflow@postgres:5432/airflow", "airflow", "postgres"),
        ("see mysql://root:whalehello@db/x now", "whalehello", "db"),
        ("redis://:hunter22@redis:6379/0", "hunter22", "redis"),
        ("https://me:p%40ss@example.com", "p%40ss", "example.com"),
        ("s3://key:other@?host=x", "other", ""),
    ],
)
def test_passwords_in_urls(text: str, password: str, host: str) -> None:
    found = password_in_url(text)
    assert found is not None
    assert (found.password, found.host) == (password, host)
    assert text[found.start : found.end] == password


@pytest.mark.parametrize(
    "text",
    [
        "",
        "postgresql://${USER}:${PASSWORD}@db/x",
        "postgresql://$USER:$PASSWORD@db/x",
        "postgresql://me:{{ password }}@db/x",
        "postgresql://me:{password}@db/x",
        "postgresql://me:%s@db/x",
        "postgresql://me:%(pw)s@db/x",
        "postgresql://me:<password>@db/x",
        "postgresql://me:***@db/x",
        "postgresql://me:changeme@db/x",
        "postgresql://me@db/x",
        "redis://:@redis",
        "redis://redis:6379/0",
        "https://github.com/a/b.git@v1",
        "http://host:8080/path@x",
        "git@github.com:a/b.git",
        "docker://alpine:3.18@sha256:" + "0" * 64,
        "user:password@host",
    ],
)
def test_no_passwords_in_urls(text: str) -> None:
    assert password_in_url(text) is None


def test_several_urls() -> None:
    found = list(passwords_in_urls("a://b:cccc@d,e://f:gggg@localhost g://same:same@localhost"))
    assert [password.password for password in found] == ["cccc", "gggg", "same"]
    assert [password.is_local_default for password in found] == [False, False, True]


def test_example_hosts() -> None:
    assert all(
        is_example_host(host) for host in ("localhost", "127.0.0.1:80", "db.example.com", "example.org", "x.test")
    )
    assert not any(is_example_host(host) for host in ("postgres", "example.company.io", "latest", ""))


def test_entropy_and_randomness() -> None:
    assert entropy("") == 0
    assert entropy("aaaa") == 0
    assert entropy("abcd") == 2
    assert is_random(scrambled(40))
    assert is_random(scrambled(32, "0123456789abcdef"))
    assert not is_random("this-is-a-long-service-name")
    assert not is_random(scrambled(12))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80))
def test_no_text_fails(text: str) -> None:
    for test in (is_secret_name, is_placeholder, is_filled_in, is_setting, is_identifier, is_likely_secret, is_random):
        assert test(text) in (True, False)
    places = [(token.start, token.end) for token in known_secrets(text)]
    places += [(password.start, password.end) for password in passwords_in_urls(text)]
    assert all(0 <= start < end <= len(text) for start, end in places)


def test_the_facts_are_well_formed() -> None:
    facts = load_data("dagdock_rules", "secrets")
    assert facts["source"]
    assert facts["date"]
    for table in ("names", "values"):
        for words in facts[table].values():
            assert len(words) == len(set(words))
            assert all(word == word.lower() for word in words)
