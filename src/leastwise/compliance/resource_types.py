"""The kinds of IAM resource that AWS Config records, under Config's names and under ours."""

from enum import StrEnum

__all__ = ["ResourceType"]


class ResourceType(StrEnum):
    """A kind of resource, as AWS Config names it (AWS Config Developer Guide, "Supported Resource Types")."""

    USER = "AWS::IAM::User"
    ROLE = "AWS::IAM::Role"
    GROUP = "AWS::IAM::Group"
    POLICY = "AWS::IAM::Policy"
    """A customer-managed policy; AWS Config records no other."""

    @property
    def word(self) -> str:
        """`user`, `role`, `group` or `policy`: how a rule parameter and `--principal` name it."""
        return self.rpartition(":")[2].lower()
