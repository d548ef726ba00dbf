"""An AWS configuration that holds nothing but one pair of keys, whatever the machine's own says."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

__all__ = ["only_keys"]


@contextmanager
def only_keys(access_key_id: str, secret_access_key: str, **more: str) -> Iterator[None]:
    """The environment, cleared of all AWS settings but these keys and, by name, more variables."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("AWS_"):
                patch.delenv(name)
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        patch.setenv("AWS_ACCESS_KEY_ID", access_key_id)
        patch.setenv("AWS_SECRET_ACCESS_KEY", secret_access_key)
        patch.setenv("NO_PROXY", "127.0.0.1")
        for name, value in more.items():
            patch.setenv(name, value)
        yield
