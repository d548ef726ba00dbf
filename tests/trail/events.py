"""Records as CloudTrail writes them."""

import json
from typing import Any, Final

__all__ = ["ISSUER", "ROLE", "USER", "lookup_output", "record"]

USER: Final = "arn:aws:iam::111122223333:user/people/ann"
ROLE: Final = "arn:aws:iam::111122223333:role/ci/deploy"
SESSION: Final = "arn:aws:sts::111122223333:assumed-role/deploy/run-7"
ISSUER: Final = {
    "type": "AssumedRole",
    "arn": SESSION,
    "sessionContext": {"sessionIssuer": {"type": "Role", "arn": ROLE, "userName": "deploy"}},
}


def record(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of a record
    """A denied s3:GetObject of ann's, with other fields where they are given; a field that is None is left out."""
    fields: dict[str, Any] = {
        "eventVersion": "1.09",
        "userIdentity": {"type": "IAMUser", "arn": USER, "userName": "ann"},
        "eventTime": "2026-11-24T11:59:30Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject",
        "awsRegion": "eu-west-1",
        "errorCode": "AccessDenied",
        "errorMessage": "Access Denied",
        "requestParameters": {"bucketName": "b"},
        "eventID": "e-1",
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}


def lookup_output(*records: dict[str, Any]) -> dict[str, Any]:
    """The output of `aws cloudtrail lookup-events`."""
    events = [{"EventId": one.get("eventID", ""), "CloudTrailEvent": json.dumps(one)} for one in records]
    return {"Events": events}
