"""`leastwise policy simulate`: whether requests are allowed."""

from typing import Final

import click

from leastwise.cli.exits import ExitCode
from leastwise.cli.options import Command, output_options

__all__ = ["simulate"]

_EPILOG: Final = """\b
Examples:
  leastwise policy simulate --action s3:GetObject policy.json
  leastwise policy simulate --action s3:PutObject \\
    --resource arn:aws:s3:::logs/2026/a \\
    --context aws:SourceIp=10.1.2.3 one.json two.json
  leastwise policy simulate --action sts:AssumeRole \\
    --resource arn:aws:iam::111122223333:role/deploy \\
    --resource-account 111122223333 \\
    --caller arn:aws:iam::444455556666:user/ann \\
    --resource-policy trust.json ann.json

A key that a policy asks for and that is not given is missing in the request; the result names those keys.

Exit codes: 0 all requests are allowed, 2 usage or a policy that IAM would refuse, 3 at least one is not.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.pass_context
@click.argument("policy_files", metavar="[POLICY.json]...", type=click.Path(allow_dash=True), nargs=-1)
@click.option("--action", "actions", metavar="ACTION", multiple=True, required=True, help="What is asked. Repeatable.")
@click.option(
    "--resource",
    "resources",
    metavar="ARN",
    multiple=True,
    help="On what; each action is tried on each. Repeatable.  [default: *]",
)
@click.option(
    "--context",
    "context_keys",
    metavar="KEY=VALUE",
    multiple=True,
    help="A condition key of the request. Repeatable; a key that is named again has several values.",
)
@click.option("--caller", metavar="NAME", help="Who asks: an ARN, a service such as ec2.amazonaws.com, or `anonymous`.")
@click.option("--caller-role", metavar="ARN", help="The role of a session, where the role has a path.")
@click.option(
    "--resource-account", metavar="ID", help="The account that owns the resource.  [default: the caller's own]"
)
@click.option("--boundary", metavar="FILE", type=click.Path(), help="The caller's permissions boundary.")
@click.option("--session", metavar="FILE", type=click.Path(), multiple=True, help="A session policy. Repeatable.")
@click.option(
    "--resource-policy", metavar="FILE", type=click.Path(), help="The resource's policy, or the role's trust policy."
)
@click.option(
    "--scp",
    "scps",
    metavar="FILE[,FILE...]",
    multiple=True,
    help="The SCPs at one place of the organization. Repeatable, from the root down to the account.",
)
@click.option("--rcp", "rcps", metavar="FILE[,FILE...]", multiple=True, help="The RCPs at one place, likewise.")
@output_options("text", "json")
def simulate(context: click.Context, /, **_: object) -> ExitCode:
    """Say whether a request is allowed under these policies, and which statements make it so.

    POLICY.json are the caller's own policies and its groups'; `-` reads standard input. Policies that are not named do
    not exist, rather than being empty.
    """
    from leastwise.cli.policy import simulating  # noqa: PLC0415 - `simulate --help` does without
    from leastwise.cli.requests import output_of  # noqa: PLC0415 - the same

    output = output_of(context)
    return simulating.simulate_and_show(context.params, output)
