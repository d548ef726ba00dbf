"""botocore's own clients of a sandbox, for what a test has to do or see behind the product's back."""

from typing import Any

import botocore.session

from leastwise.sandbox import Sandbox

__all__ = ["client_of"]


def client_of(sandbox: Sandbox, service: str = "iam", *, key_id: str = "", secret: str = "") -> Any:  # noqa: ANN401 - botocore makes its clients at run time
    """A client with the sandbox's own credentials, or with a key that was made in it."""
    admin = sandbox.admin_credentials
    return botocore.session.get_session().create_client(
        service,
        region_name="us-east-1",
        endpoint_url=sandbox.endpoint_url,
        aws_access_key_id=key_id or admin.access_key_id,
        aws_secret_access_key=secret or admin.secret_access_key,
    )
