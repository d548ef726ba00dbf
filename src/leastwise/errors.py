"""Every error that leastwise raises on purpose, in one tree.

LeastwiseError
├── UsageError                 the user's input is wrong (exit code 2)
│   ├── SettingsError          leastwise.toml: says line and column
│   ├── SavedScanError         a saved scan or directory that cannot be read as one
│   ├── PlanError              a plan that cannot be read, or that was edited
│   └── UnknownPrincipalError  a principal that the account does not have
├── IncompleteScanError        a scan that lacks evidence, where all of it is needed (exit code 4)
├── PolicyError                a text that is no IAM policy: says path, line and column
├── SandboxError               the local AWS could not be started
└── AwsError                   AWS, or the way to it, said no: says operation, account, arn and request id
    ├── CredentialsError       none found, unknown profile, expired, or not accepted
    ├── ConnectionFailedError  no answer: name not resolved, refused, dropped, TLS
    ├── DeadlineExceededError  no answer in time
    ├── ThrottledError         still throttled after every retry
    ├── ServiceFaultError      5xx after every retry
    ├── AccessDeniedError      the caller may not do this
    ├── NoSuchEntityError      the thing, or the job, is not there
    ├── InvalidInputError      ValidationError, InvalidInput, and their kin
    ├── AlreadyExistsError      a new thing's name is taken
    ├── ConcurrentChangeError   something else changes the same thing just now
    ├── DeleteConflictError     the thing is still in use
    ├── LimitExceededError      a quota is full
    ├── MalformedPolicyError    IAM takes the text for no policy
    ├── UnmodifiableError       only AWS may change the thing
    └── ResponseError          an answer that is not what AWS documents

Each message says what happened and where; `hint` says what to do. Only the command line turns errors into exit codes.
"""

__all__ = [
    "AccessDeniedError",
    "AlreadyExistsError",
    "AwsError",
    "ConcurrentChangeError",
    "ConnectionFailedError",
    "CredentialsError",
    "DeadlineExceededError",
    "DeleteConflictError",
    "IncompleteScanError",
    "InvalidInputError",
    "LeastwiseError",
    "LimitExceededError",
    "MalformedPolicyError",
    "NoSuchEntityError",
    "PlanError",
    "PolicyError",
    "ResponseError",
    "SandboxError",
    "SavedScanError",
    "ServiceFaultError",
    "SettingsError",
    "ThrottledError",
    "UnknownPrincipalError",
    "UnmodifiableError",
    "UsageError",
]


class LeastwiseError(Exception):
    """The root of every error that leastwise raises on purpose."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        """What happened and where, one line."""
        self.hint = hint
        """What the user can do about it; empty if there is nothing to say."""


class UsageError(LeastwiseError):
    """The user's input is wrong."""


class SettingsError(UsageError):
    """The settings file cannot be read; the message carries file, line and column."""


class SavedScanError(UsageError):
    """A saved scan cannot be read: not there, not ours, or of another schema."""


class PlanError(UsageError):
    """A plan that cannot be read, or that was edited after leastwise wrote it."""


class UnknownPrincipalError(UsageError):
    """The account has no such principal."""


class IncompleteScanError(LeastwiseError):
    """A scan that lacks evidence is not enough for what was asked."""


class PolicyError(LeastwiseError):
    """A text that IAM would refuse as a policy."""

    def __init__(self, problem: str, *, path: str, line: int, column: int) -> None:
        super().__init__(f"{path or 'document'}: {problem} (line {line}, column {column})")
        self.problem = problem
        """What is wrong there, without the place."""
        self.path = path
        """Where in the document, e.g. `Statement[2].Action[0]`; empty for the document itself."""
        self.line = line
        """Line of the fault, from 1."""
        self.column = column
        """Column of the fault, from 1, in characters."""


class SandboxError(LeastwiseError):
    """The local AWS could not be started or reached."""


class AwsError(LeastwiseError):
    """AWS, or the way to it, said no."""

    def __init__(
        self,
        message: str,
        *,
        operation: str = "",
        code: str = "",
        status: int = 0,
        account: str = "",
        arn: str = "",
        request_id: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.operation = operation
        """The AWS operation, e.g. `iam:GenerateServiceLastAccessedDetails`; empty before any call."""
        self.code = code
        """AWS's error code as it came, e.g. `NoSuchEntity`; empty where there was no answer."""
        self.status = status
        """HTTP status; 0 where there was no answer."""
        self.account = account
        """Account the call was made in; empty where not yet known."""
        self.arn = arn
        """The resource the call was about; empty for none."""
        self.request_id = request_id
        """AWS's request id, for a support case; empty where there was none."""

    def __str__(self) -> str:
        where = [
            f"{name} {value}"
            for name, value in (("account", self.account), ("arn", self.arn), ("request id", self.request_id))
            if value
        ]
        head = f"{self.operation}: " if self.operation else ""
        code = f"{self.code}: " if self.code else ""
        tail = f" ({', '.join(where)})" if where else ""
        return f"{head}{code}{self.message}{tail}"


class CredentialsError(AwsError):
    """No credentials were found, or AWS does not accept them."""


class ConnectionFailedError(AwsError):
    """AWS could not be reached, after every retry."""


class DeadlineExceededError(AwsError):
    """AWS did not answer in time."""


class ThrottledError(AwsError):
    """AWS still throttles the call after every retry."""


class ServiceFaultError(AwsError):
    """AWS answers 5xx after every retry."""


class AccessDeniedError(AwsError):
    """The caller may not make this call."""


class NoSuchEntityError(AwsError):
    """AWS knows no such entity, or no such job of this session."""


class InvalidInputError(AwsError):
    """AWS refuses the call's parameters."""


class AlreadyExistsError(AwsError):
    """AWS has something of this name already, in whatever case and under whatever path."""


class ConcurrentChangeError(AwsError):
    """AWS is still busy with another change of the same thing; this one was not made."""


class DeleteConflictError(AwsError):
    """AWS deletes nothing that is still in use; nothing was deleted."""


class LimitExceededError(AwsError):
    """A quota of AWS's is full; nothing was changed."""


class MalformedPolicyError(AwsError):
    """AWS does not take the text for a policy; nothing was changed."""


class UnmodifiableError(AwsError):
    """Only AWS may change this: a policy of AWS's, a service-linked role, or one of Identity Center."""


class ResponseError(AwsError):
    """AWS's answer is not what its model documents."""
