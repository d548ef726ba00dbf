"""HCL, the language of Terraform: values that are read back as they were, blocks, comments and labels."""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

from leastwise.report.layout import clean

__all__ = ["attributes", "block", "comment", "label", "literal", "quoted"]

_MARKER: Final = "EOT"
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_PLAIN: Final = re.compile("[A-Za-z][A-Za-z0-9_-]*")
"""Labels that a name may become as it is. Terraform takes more, which keeps the others apart from these."""
_BETWEEN: Final = "--"
_OTHER: Final = re.compile("[^A-Za-z0-9_-]+")
_DIGITS: Final = 12


def quoted(text: str) -> str:
    r"""The text as a quoted HCL string, on one line, with nothing in it that HCL would act on.

    >>> print(quoted('say "${aws:username}"'))
    "say \"$${aws:username}\""
    """
    return f'"{_without_templates("".join(map(_escaped, text)))}"'


def _escaped(one: str) -> str:
    if one in _ESCAPES:
        return _ESCAPES[one]
    if one.isprintable():
        return one
    return f"\\u{ord(one):04x}" if ord(one) <= 0xFFFF else f"\\U{ord(one):08x}"  # noqa: PLR2004 - four digits' worth


def _without_templates(text: str) -> str:
    return text.replace("${", "$${").replace("%{", "%%{")


def literal(text: str) -> str:
    r"""The text as an HCL expression that is the text to the character: over several lines where it can be read so.

    A heredoc ends with a line feed that the text may not have, which `chomp` takes away. What cannot stand in one (a
    control character, a line that is the heredoc's own end) is a quoted string. HCL brings every string into Unicode's
    form C, which changes nothing up to U+00FF, and IAM takes no other character.

    >>> print(literal('{\n  "Resource": "arn:aws:s3:::home/${aws:username}"\n}'))
    chomp(<<EOT
    {
      "Resource": "arn:aws:s3:::home/$${aws:username}"
    }
    EOT
      )
    """
    lines = text.split("\n")
    if not all(line.replace("\t", " ").isprintable() and line.strip() != _MARKER for line in lines) or not text:
        return quoted(text)
    if text.endswith("\n"):
        return f"<<{_MARKER}\n{_without_templates(text)}{_MARKER}"
    return f"chomp(<<{_MARKER}\n{_without_templates(text)}\n{_MARKER}\n  )"


def attributes(values: Mapping[str, str]) -> list[str]:
    """A line for each attribute and its expression, which must be of one line, aligned as `terraform fmt` does."""
    width = max(map(len, values), default=0)
    return [f"  {name:<{width}} = {value}" for name, value in values.items()]


def block(head: str, lines: Iterable[str]) -> str:
    """A block of these lines, which are indented already, with a line feed at its end."""
    return "\n".join([f"{head} {{", *lines, "}\n"])


def comment(text: str = "") -> str:
    """The text as a comment of one line, whatever it holds, with a line feed at its end."""
    return f"# {clean(text)}".rstrip() + "\n"


def label(*names: str, identity: str) -> str:
    """A label for a block that is made of names: the same for the same object, and another for another one.

    Names that are identifiers are the label, with `--` between them. Where characters must be replaced, or two objects
    might get the same label, a digest of the `identity` follows behind `__`, which no other label has.

    >>> label("web", "web-app", identity="arn:aws:iam::111122223333:role/web web-app")
    'web--web-app'
    >>> label("team@base", identity="arn:aws:iam::111122223333:policy/team@base")
    'team_base__d22c46ec0e86'
    """
    plain = _BETWEEN.join(names)
    if _PLAIN.fullmatch(plain) and "__" not in plain and tuple(plain.split(_BETWEEN)) == names:
        return plain
    replaced = _OTHER.sub("_", plain)
    start = "" if _PLAIN.match(replaced) else "_"
    return f"{start}{replaced}__{sha256(identity.encode()).hexdigest()[:_DIGITS]}"
