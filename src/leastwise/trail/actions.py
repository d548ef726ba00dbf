"""Which action a denied call was about, in the words of policies."""

import re
from typing import Final

__all__ = ["action_of", "is_denial"]

_DENIALS: Final = frozenset(
    {"Authorization", "Forbidden", "Unauthorized", "UnauthorizedAccess", "UnauthorizedOperation"}
)
"""AWS's codes for a denial, beside all that end in AccessDenied, without what stands around them."""
_AROUND: Final = re.compile(r"^(?:.*#)?(?:Client\.|Server\.)?|(?:Exception|Error|Fault)+(?::.*)?$")
_NAMED: Final = re.compile(
    r"not authorized to perform:? *[\['\"]?(?P<asked>[a-z0-9-]+:[A-Za-z0-9]+)"
    r"|allows the (?P<allowed>[a-z0-9-]+:[A-Za-z0-9]+) action"
)
"""AWS's two sentences that name an action (IAM User Guide, "Troubleshoot access denied error messages")."""
_VERSION: Final = re.compile(r"20\d\d[-_]?[01]\d[-_]?[0-3]\d(?:v\d+)?$")
"""The API's version behind an event's name: `CreateFunction20150331`, `UpdateFunctionCode20150331v2` (Lambda
Developer Guide, "Logging Lambda API calls"), `CreateDistribution2014_10_21` (CloudFront)."""
_NAMESPACES: Final = {
    "billingconsole": "billing",
    "email": "ses",
    "eventbridge": "events",
    "marketplacecatalog": "aws-marketplace",
    "metering-marketplace": "aws-marketplace",
    "monitoring": "cloudwatch",
    "opensearch": "es",
    "pinpoint": "mobiletargeting",
    "runtime.sagemaker": "sagemaker",
    "servicecatalog-appregistry": "servicecatalog",
    "streams.dynamodb": "dynamodb",
    "tagging": "tag",
}
"""Event sources that are called otherwise in policies (Service Authorization Reference; CloudTrail User Guide)."""
_ACTIONS: Final = {
    "lambda:Invoke": "InvokeFunction",
    "lambda:InvokeWithResponseStream": "InvokeFunction",
    "s3:CompleteMultipartUpload": "PutObject",
    "s3:CopyObject": "PutObject",
    "s3:CreateMultipartUpload": "PutObject",
    "s3:DeleteBucketCors": "PutBucketCORS",
    "s3:DeleteBucketEncryption": "PutEncryptionConfiguration",
    "s3:DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "s3:DeleteBucketReplication": "PutReplicationConfiguration",
    "s3:DeleteBucketTagging": "PutBucketTagging",
    "s3:DeleteObjects": "DeleteObject",
    "s3:GetBucketEncryption": "GetEncryptionConfiguration",
    "s3:GetBucketLifecycle": "GetLifecycleConfiguration",
    "s3:GetBucketReplication": "GetReplicationConfiguration",
    "s3:HeadBucket": "ListBucket",
    "s3:HeadObject": "GetObject",
    "s3:ListBuckets": "ListAllMyBuckets",
    "s3:ListMultipartUploads": "ListBucketMultipartUploads",
    "s3:ListObjectVersions": "ListBucketVersions",
    "s3:ListObjects": "ListBucket",
    "s3:ListObjectsV2": "ListBucket",
    "s3:ListParts": "ListMultipartUploadParts",
    "s3:PutBucketEncryption": "PutEncryptionConfiguration",
    "s3:PutBucketLifecycle": "PutLifecycleConfiguration",
    "s3:PutBucketReplication": "PutReplicationConfiguration",
    "s3:UploadPart": "PutObject",
}
"""Events whose action has another name (Amazon S3 User Guide, "Required permissions for Amazon S3 API operations")."""


def is_denial(error_code: str, message: str) -> bool:
    """Whether the error says that the caller lacked a permission.

    >>> is_denial("Client.UnauthorizedOperation", ""), is_denial("NoSuchBucket", "")
    (True, False)
    """
    bare = _AROUND.sub("", error_code)
    return bare.endswith("AccessDenied") or bare in _DENIALS or _NAMED.search(message) is not None


def action_of(event_source: str, event_name: str, message: str) -> str:
    """The action that was missing: the one that the message names, else the event's own.

    The message of a call that depends on another action names that one.

    >>> action_of("monitoring.amazonaws.com", "GetMetricData", "")
    'cloudwatch:GetMetricData'
    >>> action_of("s3.amazonaws.com", "PutObject", "User: u is not authorized to perform: kms:GenerateDataKey on k")
    'kms:GenerateDataKey'
    """
    named = _NAMED.search(message)
    if named is not None:
        return named["asked"] or named["allowed"]
    source = event_source.partition(".amazonaws.")[0].partition(".api.aws")[0]
    namespace = _NAMESPACES.get(source, source)
    name = _VERSION.sub("", event_name)
    return f"{namespace}:{_ACTIONS.get(f'{namespace}:{name}', name)}"
