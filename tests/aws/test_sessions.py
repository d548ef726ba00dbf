"""Credentials, endpoints and certificates come out as botocore has them, and what is missing is one clear line."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leastwise import errors
from leastwise.aws import ConnectionOptions
from leastwise.aws.configuration import Configuration, read_configuration
from leastwise.aws.wire import Keys


def read(**named: str | None) -> Configuration:
    return read_configuration(
        ConnectionOptions(
            profile=named.get("profile"), region=named.get("region"), endpoint_url=named.get("endpoint_url")
        )
    )


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys in the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDENV")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")


def write_config(home: Path, text: str) -> None:
    (home / "config").write_text(text)


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(
    ("region", "iam", "iam_region", "sts", "sts_region"),
    [
        ("eu-central-1", "iam.amazonaws.com", "us-east-1", "sts.eu-central-1.amazonaws.com", "eu-central-1"),
        (None, "iam.amazonaws.com", "us-east-1", "sts.amazonaws.com", "us-east-1"),
        (
            "cn-north-1",
            "iam.cn-north-1.amazonaws.com.cn",
            "cn-north-1",
            "sts.cn-north-1.amazonaws.com.cn",
            "cn-north-1",
        ),
        (
            "us-gov-west-1",
            "iam.us-gov.amazonaws.com",
            "us-gov-west-1",
            "sts.us-gov-west-1.amazonaws.com",
            "us-gov-west-1",
        ),
    ],
)
def test_each_partition_has_its_endpoints(
    region: str | None, iam: str, iam_region: str, sts: str, sts_region: str
) -> None:
    endpoints = read(region=region).endpoints
    assert (endpoints["iam"].url, endpoints["iam"].region) == (f"https://{iam}/", iam_region)
    assert (endpoints["sts"].url, endpoints["sts"].region) == (f"https://{sts}/", sts_region)
    assert (endpoints["iam"].signing_name, endpoints["sts"].signing_name) == ("iam", "sts")
    assert (endpoints["iam"].api_version, endpoints["sts"].api_version) == ("2010-05-08", "2011-06-15")


@pytest.mark.usefixtures("keys")
def test_the_regions_of_the_environment_and_of_the_profile_count(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_config(home, "[profile china]\nregion = cn-northwest-1\naws_access_key_id = A\naws_secret_access_key = b\n")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-gov-east-1")
    assert "us-gov" in read().endpoints["iam"].url
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert "amazonaws.com.cn" in read(profile="china").endpoints["iam"].url


@pytest.mark.usefixtures("keys")
def test_endpoint_urls_of_option_environment_and_services_section_count(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_config(
        home,
        "[profile sectioned]\nservices = local\n[services local]\niam =\n  endpoint_url = http://127.0.0.1:7003\n",
    )
    monkeypatch.setenv("AWS_PROFILE", "sectioned")
    assert read().endpoints["iam"].url == "http://127.0.0.1:7003/"
    assert read().endpoints["sts"].url == "https://sts.amazonaws.com/"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:7002")
    assert read().endpoints["sts"].url == "http://127.0.0.1:7002/"
    monkeypatch.setenv("AWS_ENDPOINT_URL_IAM", "http://127.0.0.1:7001")
    assert read().endpoints["iam"].url == "http://127.0.0.1:7001/"
    everywhere = read(endpoint_url="http://127.0.0.1:7000").endpoints
    assert {endpoint.url for endpoint in everywhere.values()} == {"http://127.0.0.1:7000/"}
    assert everywhere["sts"].region == "us-east-1"


@pytest.mark.usefixtures("keys")
def test_fips_endpoints_are_used_where_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "true")
    assert read(region="us-east-1").endpoints["iam"].url == "https://iam-fips.amazonaws.com/"


@pytest.mark.usefixtures("keys")
def test_certificates_are_read_where_they_are_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(home / "requests.pem"))
    with pytest.raises(errors.CredentialsError, match=r"requests\.pem"):
        read()
    monkeypatch.setenv("AWS_CA_BUNDLE", str(home / "aws.pem"))
    with pytest.raises(errors.CredentialsError, match=r"aws\.pem") as caught:
        read()
    assert "AWS_CA_BUNDLE" in caught.value.hint
    assert read(endpoint_url="http://127.0.0.1:1").trust is None
    monkeypatch.setenv("AWS_CA_BUNDLE", str(home))
    assert read().trust is not None


@pytest.mark.usefixtures("keys")
def test_proxies_are_read_as_botocore_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "sts.amazonaws.com")
    assert read().proxies == {"https://iam.amazonaws.com/": "http://proxy.example:3128"}


def test_profiles_give_their_keys(home: Path) -> None:
    (home / "credentials").write_text(
        "[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = a\n"
        "[other]\naws_access_key_id = AKIDOTHER\naws_secret_access_key = b\naws_session_token = t\n"
    )
    assert read().keys == Keys("AKIDDEFAULT", "a", None)
    assert read(profile="other").keys == Keys("AKIDOTHER", "b", "t")


def test_keys_that_refresh_say_when_a_refresh_is_due(home: Path) -> None:
    soon = (datetime.now(UTC) + timedelta(minutes=12)).isoformat()
    answer = {
        "Version": 1,
        "AccessKeyId": "AKIDPROCESS",
        "SecretAccessKey": "s",
        "SessionToken": "t",
        "Expiration": soon,
    }
    (home / "answer.json").write_text(json.dumps(answer))
    write_config(home, f"[default]\ncredential_process = cat {home / 'answer.json'}\n")
    configuration = read()
    assert configuration.keys == Keys("AKIDPROCESS", "s", "t")
    assert configuration.ring.is_refresh_due()
    (home / "answer.json").write_text(json.dumps(answer | {"AccessKeyId": "AKIDNEXT"}))
    assert configuration.ring.read().access_key == "AKIDNEXT"
    assert configuration.load().read().access_key == "AKIDNEXT"


SSO = "[profile work]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Audit\nregion = eu-west-1\n"
SESSION = "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n"
SOURCED = "[profile audit]\nrole_arn = arn:aws:iam::111122223333:role/audit\nsource_profile = work\n"


@pytest.mark.parametrize(
    ("config", "profile", "error", "message", "hint"),
    [
        ("", None, errors.CredentialsError, "no AWS credentials", "aws configure"),
        ("[profile empty]\n", "empty", errors.CredentialsError, "empty", "aws configure"),
        ("", "nowhere", errors.CredentialsError, "nowhere", "list-profiles"),
        ("[default\nregion", None, errors.CredentialsError, "config", "INI"),
        ("[default]\naws_access_key_id = AKID\n", None, errors.CredentialsError, "aws_secret_access_key", "secret"),
        (SSO + SESSION, "work", errors.CredentialsError, ".", "aws sso login --profile work"),
        (SSO + SESSION + SOURCED, "audit", errors.CredentialsError, ".", "aws sso login --profile work"),
        ("[default]\ncredential_process = false\n", None, errors.CredentialsError, "custom-process", "aws configure"),
        (SOURCED.replace("work", "gone"), "audit", errors.CredentialsError, "gone", "aws configure"),
        (SOURCED.replace("work", "audit"), "audit", errors.CredentialsError, ".", "aws configure"),
    ],
)
def test_what_is_missing_is_one_clear_line_and_what_to_do(
    home: Path, config: str, profile: str | None, error: type[errors.LeastwiseError], message: str, hint: str
) -> None:
    write_config(home, config)
    with pytest.raises(error, match=message) as caught:
        read(profile=profile)
    assert hint in caught.value.hint
    assert caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(
    ("region", "endpoint_url", "hint"),
    [
        ("moon", None, "--region"),
        ("not a region", None, "--region"),
        (None, "localhost:5000", "http://"),
        (None, "ftp://localhost", "http://"),
        (None, "http://", "http://"),
    ],
)
def test_a_wrong_region_or_endpoint_is_a_usage_error(region: str | None, endpoint_url: str | None, hint: str) -> None:
    with pytest.raises(errors.UsageError) as caught:
        read(region=region, endpoint_url=endpoint_url)
    assert hint in caught.value.hint
    assert "\n" not in caught.value.message
