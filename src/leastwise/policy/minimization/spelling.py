"""Writing a pattern in the case of a name that it matches: `describe*` as `Describe*`."""

import re

__all__ = ["spelled"]


def spelled(pattern: str, name: str) -> str:
    """The lower-case pattern in the case of a name that it matches; as it is if it does not match it.

    >>> spelled("get*tags", "GetObjectTags"), spelled("?et*", "PutObject"), spelled("?ut*", "PutObject")
    ('Get*Tags', '?et*', '?ut*')
    """
    if "*" not in pattern and "?" not in pattern:
        return name if pattern == name.lower() else pattern
    first, *others = pattern.split("*")
    found = [_cased(first, name, 0)]
    position = len(first)
    for piece in others[:-1]:
        position = _place(piece, name, position)
        found.append(_cased(piece, name, position))
        position += len(piece)
    if others:
        found.append(_cased(others[-1], name, len(name) - len(others[-1])))
    text = "*".join(found)
    return text if text.lower() == pattern else pattern


def _place(piece: str, name: str, start: int) -> int:
    if "?" not in piece:
        return max(name.lower().find(piece, start), 0)
    found = re.compile(re.escape(piece).replace(r"\?", ".")).search(name.lower(), start)
    return 0 if found is None else found.start()


def _cased(piece: str, name: str, start: int) -> str:
    letters = name[max(start, 0) :][: len(piece)]
    if "?" not in piece:
        return letters
    return "".join(wanted if wanted == "?" else letter for wanted, letter in zip(piece, letters, strict=False))
