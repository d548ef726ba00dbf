"""The shape of a CloudFormation template that carries a plan: fields stand in the order in which they are written."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field

from leastwise.plan import Step

__all__ = [
    "ChangeNote",
    "ImportTemplate",
    "Importing",
    "Metadata",
    "NotInTemplate",
    "PlanNote",
    "Resource",
    "ResourceNote",
    "Template",
    "ToImport",
]


class ChangeNote(Struct, frozen=True, rename="pascal", omit_defaults=True):
    """A change, in short."""

    id: str
    """Its id in the plan."""
    kind: str
    """Its kind there."""
    title: str
    """Its title there."""
    notes: tuple[str, ...] = ()
    """What whoever decides should know."""


class ResourceNote(Struct, frozen=True, rename="pascal"):
    """What a resource comes from, as its metadata."""

    leastwise: tuple[ChangeNote, ...]
    """The changes that write it, or attach it to somebody."""


class Resource(Struct, frozen=True, kw_only=True, rename="pascal"):
    """A policy."""

    type: str
    """`AWS::IAM::ManagedPolicy`, `AWS::IAM::RolePolicy`, ..."""
    metadata: ResourceNote | UnsetType = UNSET
    """What it comes from; not said in the template of an import."""
    deletion_policy: Literal["Retain"] = "Retain"
    """It outlives the stack."""
    update_replace_policy: Literal["Retain"] = "Retain"
    """It outlives a replacement, too."""
    properties: dict[str, object]
    """Its names, whom it is attached to, and its document."""


class ToImport(Struct, frozen=True, rename="pascal"):
    """An object that exists already, as `--resources-to-import` takes it."""

    resource_type: str
    """Its type."""
    logical_resource_id: str
    """What it is called in the template."""
    resource_identifier: dict[str, str]
    """The properties that tell which one it is."""


class ImportTemplate(Struct, frozen=True, rename="pascal"):
    """What exists already, with the documents that it has now."""

    version: str = field(name="AWSTemplateFormatVersion")
    """`2010-09-09`."""
    resources: dict[str, Resource]
    """By logical id."""


class Importing(Struct, frozen=True, rename="pascal"):
    """What must be imported before the stack is updated with the template."""

    resources_to_import: tuple[ToImport, ...]
    """Which objects."""
    template: ImportTemplate
    """The template to import them with."""


class NotInTemplate(Struct, frozen=True, rename="pascal"):
    """What no template can do."""

    change: ChangeNote
    """The change that it belongs to."""
    steps: tuple[Step, ...]
    """What is to be done, as in the plan."""


class PlanNote(Struct, frozen=True, rename="pascal"):
    """The plan that the template comes from, and all of it that is no resource."""

    version: str
    """The version of leastwise that made the plan."""
    account: str
    """The account that it is for."""
    scanned_at: str
    """When the account was scanned."""
    plan_digest: str
    """The plan's digest; empty where it has none."""
    notes: tuple[str, ...]
    """What the reader must know besides."""
    how_to_use: tuple[str, ...]
    """What to do with the template."""
    not_in_template: tuple[NotInTemplate, ...]
    """What is left to do by hand."""
    importing: Importing | UnsetType = field(default=UNSET, name="Import")
    """What to import first; not said where that is nothing."""


class Metadata(Struct, frozen=True, rename="pascal"):
    """The metadata of a template."""

    leastwise: PlanNote
    """The plan."""


class Template(Struct, frozen=True, rename="pascal"):
    """A template."""

    version: str = field(name="AWSTemplateFormatVersion")
    """`2010-09-09`."""
    description: str
    """One line."""
    metadata: Metadata
    """What is no resource."""
    resources: dict[str, Resource]
    """By logical id."""
