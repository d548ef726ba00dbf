"""The condition keys that requests to every service may hold."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from leastwise.catalog.details import ConditionKey, KeyType

__all__ = ["GLOBAL_KEYS"]

_SINGLE: Final = {
    KeyType.STRING: (
        "aws:CalledViaAWSMCP aws:CalledViaFirst aws:CalledViaLast aws:Ec2InstanceSourceVpc"
        " aws:FederatedProvider aws:PrincipalAccount"
        " aws:PrincipalOrgID aws:PrincipalOrgMasterAccountId aws:PrincipalServiceName aws:PrincipalTag/${TagKey}"
        " aws:PrincipalType aws:RequestTag/${TagKey} aws:RequestedRegion aws:ResourceAccount aws:ResourceOrgID"
        " aws:ResourceTag/${TagKey} aws:SourceAccount aws:SourceIdentity aws:SourceOrgID aws:SourceOwner"
        " aws:SourceVpc aws:SourceVpce aws:UserAgent aws:VpceAccount aws:VpceOrgID aws:referer aws:userid aws:username"
        " glue:CredentialIssuingService glue:RoleAssumedBy identitystore:UserId"
    ),
    KeyType.ARN: (
        "aws:ChatbotSourceArn aws:PrincipalArn aws:SignInSessionArn aws:SourceArn aws:SourceVpcArn codebuild:BuildArn"
        " codebuild:ProjectArn ec2:SourceInstanceArn lambda:SourceFunctionArn ssm:SourceInstanceArn"
    ),
    KeyType.BOOL: (
        "aws:AssumedRoot aws:IsMcpServiceAction aws:MultiFactorAuthPresent aws:PrincipalIsAWSService"
        " aws:SecureTransport aws:ViaAWSMCPService aws:ViaAWSService"
    ),
    KeyType.NUMERIC: "aws:MultiFactorAuthAge ec2:RoleDelivery",
    KeyType.DATE: "aws:CurrentTime aws:EpochTime aws:TokenIssueTime",
    KeyType.IP_ADDRESS: "aws:Ec2InstanceSourcePrivateIPv4 aws:SourceIp aws:VpcSourceIp",
}
_MULTIPLE: Final = (
    "aws:CalledVia aws:PrincipalOrgPaths aws:PrincipalServiceNamesList aws:ResourceOrgPaths aws:SourceOrgPaths"
    " aws:TagKeys aws:VpceOrgPaths"
)


def _keys() -> Iterator[ConditionKey]:
    for key_type, names in _SINGLE.items():
        for name in names.split():
            yield ConditionKey(name, key_type, is_multivalued=False)
    for name in _MULTIPLE.split():
        yield ConditionKey(name, KeyType.STRING, is_multivalued=True)


GLOBAL_KEYS: Final[Mapping[str, ConditionKey]] = MappingProxyType({key.name.lower(): key for key in _keys()})
"""The global condition keys, by name in lower case, those among them whose prefix is a service's included.

Source: IAM User Guide, "AWS global condition context keys", as of 2026. `aws:PrincipalOrgMasterAccountId` and
`aws:SourceOwner` stand in AWS's own policies and are no longer documented.
"""
