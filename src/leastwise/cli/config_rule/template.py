"""`leastwise config-rule template`: what deploys the rules for AWS Config."""

from typing import TYPE_CHECKING, Final

import click

from leastwise.cli.options import Command

if TYPE_CHECKING:
    from leastwise.deploy import TemplateOptions

__all__ = ["template"]

_RULES: Final = ("unused-services", "stale-services", "unused-actions", "unused-principals")
_EPILOG: Final = """\b
Examples:
  leastwise config-rule template --output leastwise.yaml
  aws cloudformation deploy --stack-name leastwise --template-file leastwise.yaml \\
    --capabilities CAPABILITY_IAM \\
    --parameter-overrides CodeBucket=my-code CodeKey=leastwise-config-rule-arm64.zip

\b
  leastwise config-rule template --rule unused-principals --on-change
  leastwise config-rule template --organization --output leastwise.yaml
  leastwise config-rule template --member-role --output member-role.yaml
  leastwise config-rule template --format terraform --output main.tf

What the rules look for is set when they are deployed: the parameters of the template have it.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.option(
    "--rule",
    "rules",
    type=click.Choice(_RULES),
    multiple=True,
    help="Have this rule. Repeatable.  [default: unused-services and stale-services]",
)
@click.option("--organization", is_flag=True, help="Have rules of the organization, which judge all its accounts.")
@click.option("--on-change", is_flag=True, help="Judge an identity when it is changed, too, not only every day.")
@click.option(
    "--member-role",
    is_flag=True,
    help="Write the template of the role in a member's account alone, for accounts that the StackSet does not reach.",
)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(("cloudformation", "terraform")),
    default="cloudformation",
    show_default=True,
    help="Write it in this form.",
)
@click.option("--output", metavar="FILE", type=click.Path(dir_okay=False), help="Write it there.")
def template(
    *,
    rules: tuple[str, ...],
    organization: bool,
    on_change: bool,
    member_role: bool,
    format_name: str,
    output: str | None,
) -> None:
    """Write the template that deploys the rules: one of CloudFormation, or a Terraform module of one file.

    It has the function with no more rights than it needs, the rules, a log that ends, alarms, a queue for what could
    not be handled, and a bucket for how far it is with a large account.

    With --organization it goes into the management account, or that of a delegated administrator for AWS Config, and
    takes a role to the accounts of all members, too.
    """
    from leastwise.cli.output import check_output, write  # noqa: PLC0415 - `template --help` does without
    from leastwise.deploy import DEFAULT_RULES, TemplateOptions, render_member_role  # noqa: PLC0415 - the same

    if member_role and (rules or organization or on_change or format_name != "cloudformation"):
        raise click.UsageError("--member-role stands alone: the role has no rules, and one form")
    check_output(output)
    options = TemplateOptions(rules=rules or DEFAULT_RULES, organization=organization, on_change=on_change)
    write([render_member_role() if member_role else _rendered(options, format_name)], output, is_data=True)


def _rendered(options: "TemplateOptions", format_name: str) -> str:
    from leastwise.compliance import PARAMETERS  # noqa: PLC0415 - `template --help` does without
    from leastwise.deploy import render_cloudformation, render_terraform  # noqa: PLC0415 - the same

    render = render_terraform if format_name == "terraform" else render_cloudformation
    return render(options, PARAMETERS)
