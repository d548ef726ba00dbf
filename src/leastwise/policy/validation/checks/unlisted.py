"""Resources that actions take although AWS's Service Authorization Reference does not say so."""

from typing import Final

from leastwise.catalog import Action

__all__ = ["unlisted_formats"]

_TABLE_VERSION: Final = ("arn:${Partition}:glue:${Region}:${Account}:tableVersion/${Name}",)
"""AWS Glue Developer Guide, "Specifying AWS Glue resource ARNs"."""
_TAGGING: Final = frozenset({"GetTags", "ListTagsForResource", "TagResource", "UntagResource"})
"""Actions for which the kind of resource makes no difference."""
_OTHERS: Final = {
    # The service asks for it where the template has a macro: aws/serverless-application-model issues 179 and 186.
    "cloudformation:CreateChangeSet": ("arn:${Partition}:cloudformation:${Region}:aws:transform/${Name}",),
    "glue:BatchDeleteTableVersion": _TABLE_VERSION,
    "glue:DeleteTableVersion": _TABLE_VERSION,
    "glue:GetTableVersion": _TABLE_VERSION,
    "glue:GetTableVersions": _TABLE_VERSION,
}


def unlisted_formats(action: Action, listed: frozenset[str]) -> frozenset[str]:
    """ARN formats that an action takes beside the listed ones.

    A tagging action of all kinds of resources takes whatever its service can tag: AWS's own managed policies have it so
    for new kinds long before the reference does.
    """
    others = frozenset(_OTHERS.get(action.text, ()))
    return others | frozenset(map(_anything_like, listed)) if action.name in _TAGGING else others


def _anything_like(arn_format: str) -> str:
    service = arn_format.split(":")[2]
    return f"arn:${{Partition}}:{service}:${{Region}}:${{Account}}:${{Anything}}"
