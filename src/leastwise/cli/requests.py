"""What the shared options mean: how to reach AWS, what to scan and how to judge it, what to print."""

import re
from typing import Final

import click
import msgspec
from click.core import ParameterSource

from leastwise.aws import ConnectionOptions, region_of
from leastwise.cli.output import OutputOptions, check_output
from leastwise.cli.settings_file import read_settings
from leastwise.errors import UsageError
from leastwise.findings import ScanParameters
from leastwise.pipeline.plan import PlanRequest
from leastwise.pipeline.scan import ScanRequest
from leastwise.recommend import RecommendOptions, RemovalOptions, Strategy

__all__ = ["check_needs_no_aws", "connection_of", "output_of", "plan_request_of", "request_of"]

_NEED_AWS: Final = ("profile", "region", "endpoint_url", "rate", "save", "verify")
"""Options that mean nothing where AWS is not called."""
_NEED_ACCOUNT: Final = ("save", "verify")
"""Options that mean nothing where the account is not read."""
_SAY_REGION: Final = ("profile", "region")
"""Those of them that say for which region the result is, where its format is for one."""
_ASFF: Final = "asff"
"""The format that is for one region."""
_ACCOUNT_ID: Final = re.compile(r"\d{12}")


def connection_of(context: click.Context) -> ConnectionOptions:
    """How to reach AWS, as the options say; a rate is a ceiling."""
    given = context.params
    options = ConnectionOptions(profile=given["profile"], region=given["region"], endpoint_url=given["endpoint_url"])
    rate = given["rate"]
    if rate is None:
        return options
    start = min(rate, options.calls_per_second)
    return msgspec.structs.replace(options, calls_per_second=start, maximum_calls_per_second=rate)


def check_needs_no_aws(context: click.Context, *, unless: bool = False) -> None:
    """Refuse what is typed and could not be heeded; a profile in the environment is there for other commands, too.

    `unless` says that AWS is called all the same, though not for the account: then only what is about that is refused.

    Raises:
        UsageError: an option needs AWS.
    """
    heeded = _SAY_REGION if context.params["format_name"] == _ASFF else ()
    typed = [
        f"--{name.replace('_', '-')}"
        for name in (_NEED_ACCOUNT if unless else _NEED_AWS)
        if name not in heeded and context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    if typed:
        raise UsageError(f"{' and '.join(typed)} cannot go with --from, which calls no AWS")


def request_of(context: click.Context) -> ScanRequest:
    """What to scan and how to judge it; what is typed wins over what the settings file says.

    Raises:
        SettingsError: the settings file cannot be read.
    """
    given = context.params
    settings = read_settings(given.get("config_file"))
    parameters = ScanParameters(
        stale_after_days=given.get("stale_after_days") or settings.stale_after_days,
        principals=given.get("principals", ()),
        services=tuple(service.lower() for service in given.get("services", ())),
        exclude=(*settings.exclude, *given.get("exclude", ())),
        policies=given.get("policies", False),
        verify=given.get("verify", False),
    )
    return ScanRequest(parameters, settings)


def plan_request_of(context: click.Context) -> PlanRequest:
    """What to plan for, and what may change.

    Raises:
        SettingsError: the settings file cannot be read.
        UsageError: an account id or a pattern of actions is none.
    """
    given, scan = context.params, request_of(context)
    days = max(scan.parameters.stale_after_days, given["min_unused_days"] or 0)
    parameters = msgspec.structs.replace(scan.parameters, stale_after_days=days)
    if given["account"] is not None and not _ACCOUNT_ID.fullmatch(given["account"]):
        raise UsageError(f"--account {given['account']} is no account id", hint="an account id has 12 digits")
    options = RecommendOptions(
        removal=RemovalOptions(
            services_only=given["services_only"], include_stale=given["include_stale"], keep=_keep(given["keep"])
        ),
        strategy=Strategy(given["strategy"]),
        aws_managed=not given["no_aws_managed"],
        split_shared=given["split_shared"],
        quarantine=given["quarantine"],
        passwords=given["delete_passwords"],
        min_age_days=given["min_age_days"],
        promote_after_days=given["promote_after_days"],
    )
    if options.quarantine and options.promote_after_days is not None:
        raise UsageError("--quarantine and --promote-quarantine are two steps: first one, then the other")
    if options.removal.services_only and options.promote_after_days is not None:
        raise UsageError("--services-only cannot go with --promote-quarantine: what a quarantine denies goes whole")
    scan = msgspec.structs.replace(scan, parameters=parameters)
    return PlanRequest(scan, options, given["allow_incomplete"], given["account"])


def _keep(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """The patterns of actions; one without a service would keep nothing, and nobody would notice."""
    for pattern in patterns:
        if pattern != "*" and ":" not in pattern:
            raise UsageError(f"--keep {pattern} names no action", hint=f"write {pattern}:* for the whole service")
    return patterns


def output_of(context: click.Context) -> OutputOptions:
    """What is printed, and where, as the options say.

    Raises:
        UsageError: it could not be written there, or is for a region and none is configured.
        CredentialsError: it is for a region, and there is no such profile.
    """
    given = context.params
    check_output(given["output"])
    return OutputOptions(
        format_name=given["format_name"],
        output=given["output"],
        no_color=given["no_color"],
        verbosity=given["verbose"],
        quiet=given["quiet"],
        exit_zero=given.get("exit_zero", False),
        region=_region_of(context) if given["format_name"] == _ASFF else "",
    )


def _region_of(context: click.Context) -> str:
    options = ConnectionOptions(profile=context.params.get("profile"), region=context.params.get("region"))
    return region_of(options, purpose="--format asff")
