"""The package as bytes: what goes in, and that the same files are always the same zip."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leastwise.deploy import LIMIT_BYTES, SERVICES, is_needed, packed, rights
from leastwise.errors import LeastwiseError

PATHS = st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8}){0,2}\.(py|so)", fullmatch=True)


@given(st.dictionaries(PATHS, st.binary(max_size=50), max_size=8))
def test_the_order_of_files_never_matters_and_none_is_lost(files: dict[str, bytes]) -> None:
    made = packed(files)
    assert packed(dict(reversed(files.items()))) == made
    with ZipFile(BytesIO(made.content)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files
        assert archive.namelist() == sorted(files)
        assert {one.date_time for one in archive.infolist()} <= {(1980, 1, 1, 0, 0, 0)}
        assert {one.external_attr >> 16 for one in archive.infolist()} <= {0o100644, 0o100755}
    assert made.unzipped_bytes == sum(map(len, files.values()))


def test_a_package_that_lambda_would_be_slow_with_is_refused() -> None:
    assert packed({"a": bytes(LIMIT_BYTES)}).unzipped_bytes == LIMIT_BYTES
    with pytest.raises(LeastwiseError, match=r"40\.0 MB unzipped, more than 40 MB"):
        packed({"a": bytes(LIMIT_BYTES), "b": b"x"})


@pytest.mark.parametrize(
    "path",
    [
        "leastwise/pipeline/scan.py",
        "leastwise/catalog/data/dependents.json",
        "lxml/_elementpath.cpython-313-aarch64-linux-gnu.so",
        "lxml/etree.cpython-313-aarch64-linux-gnu.so",
        "aiohttp-3.14.5.dist-info/METADATA",
        "aiohttp-3.14.5.dist-info/licenses/LICENSE.txt",
        "botocore/data/iam/2010-05-08/service-2.json.gz",
        "botocore/data/endpoints.json",
    ],
)
def test_what_is_read_or_must_be_shipped_is_kept(path: str) -> None:
    assert is_needed(path)


@pytest.mark.parametrize(
    "path",
    [
        "leastwise/cli/main.py",
        "leastwise/sandbox/company_data/users.toml",
        "leastwise/policy/__pycache__/arn.cpython-313.pyc",
        "lxml/objectify.cpython-313-aarch64-linux-gnu.so",
        "lxml/includes/libxml/tree.h",
        "aiohttp-3.14.5.dist-info/RECORD",
        "botocore/data/ec2/2016-11-15/service-2.json.gz",
    ],
)
def test_what_is_never_read_is_left_out(path: str) -> None:
    assert not is_needed(path)


def test_the_models_of_every_service_that_the_function_calls_are_kept() -> None:
    called = {*rights.FUNCTION, *rights.SECURITY_HUB, *rights.STORE, *rights.MEMBERS}
    # Lambda itself writes the log, and sends what could not be handled.
    assert {one.partition(":")[0] for one in called} - {"logs", "sqs"} == {*SERVICES}
