"""The AWS Config rule's Lambda: `leastwise.config_rule.handler`.

A thin skin: what Lambda hands over becomes one call of the pipeline, and what came of it one line of the log.
"""

from leastwise.config_rule.handling import handler

__all__ = ["handler"]
