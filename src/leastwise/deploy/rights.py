"""The AWS rights of the rule's function, by what it needs them for; nothing else is granted by any template.

`sts:GetCallerIdentity` is called, too, but needs no right (AWS STS API Reference, GetCallerIdentity).
"""

from collections.abc import Mapping
from typing import Final

__all__ = [
    "FUNCTION",
    "JUDGING",
    "LOGGING",
    "MEMBERS",
    "READING",
    "RESOURCES",
    "RULE",
    "SECURITY_HUB",
    "STATE",
    "STORE",
    "TARGETS",
]

READING: Final = (
    "iam:GenerateCredentialReport",
    "iam:GenerateServiceLastAccessedDetails",
    "iam:GetAccountAuthorizationDetails",
    "iam:GetCredentialReport",
    "iam:GetServiceLastAccessedDetails",
)
"""What a scan reads, of every principal and policy."""

JUDGING: Final = ("config:GetComplianceDetailsByConfigRule", "config:GetResourceConfigHistory", "config:PutEvaluations")
"""What telling Config takes: the earlier results, an item too large for its event, and the new results."""

STATE: Final = ("s3:GetObject", "s3:ListBucket", "s3:PutObject")
"""Where a rule stands whose account is too large for one invocation.

Without the right to list a bucket, S3 says of an object that is not there that access to it is denied.
"""

TARGETS: Final = ("lambda:InvokeFunction", "sqs:SendMessage")
"""The function's next invocation, and the queue of the events that could not be handled."""

LOGGING: Final = ("logs:CreateLogStream", "logs:PutLogEvents")
"""Its own log group."""

SECURITY_HUB: Final = ("securityhub:BatchImportFindings", "securityhub:GetFindings")
"""Only where findings are sent to Security Hub."""

STORE: Final = ("s3:GetObject", "s3:ListBucket")
"""Only where usage is read from a scan that was saved."""

MEMBERS: Final = ("sts:AssumeRole",)
"""Only for an organization: the role in the accounts of its members."""

RULE: Final = tuple(sorted({*READING, *JUDGING}))
"""What is done in the account that is judged, which in an organization is that of a member."""

FUNCTION: Final = tuple(sorted({*RULE, *STATE, *TARGETS, *LOGGING}))
"""What the function needs in every form."""

RESOURCES: Final[Mapping[str, str]] = {
    "config:GetComplianceDetailsByConfigRule": "arn:*:config:*:*:config-rule/*",
    "lambda:InvokeFunction": "arn:*:lambda:*:*:function:*-config-rule",
    "logs:CreateLogStream": "arn:*:logs:*:*:log-group:/aws/lambda/*-config-rule*",
    "logs:PutLogEvents": "arn:*:logs:*:*:log-group:/aws/lambda/*-config-rule*",
    "s3:GetObject": "arn:*:s3:::*/state/*",
    "s3:ListBucket": "arn:*:s3:::*",
    "s3:PutObject": "arn:*:s3:::*/state/*",
    "securityhub:BatchImportFindings": "arn:*:securityhub:*:*:product/*/default",
    "securityhub:GetFindings": "arn:*:securityhub:*:*:hub/default",
    "sqs:SendMessage": "arn:*:sqs:*:*:*",
}
"""What an action is done to, wherever the function is deployed; what is not here is done to all, or AWS knows no
resource of it.

A template, which knows where it is deployed, names the one bucket, queue and function.
"""
