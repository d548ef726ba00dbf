"""The sandbox: a local AWS that starts in a second and forgets everything when it is closed."""

from datetime import timedelta
from threading import Lock
from types import TracebackType
from typing import Self

from leastwise.errors import SandboxError
from leastwise.sandbox.callers import Callers
from leastwise.sandbox.conditions import one_at_a_time
from leastwise.sandbox.config.recorder import ConfigRecorder
from leastwise.sandbox.config.service import ConfigService
from leastwise.sandbox.crowd import add_roles
from leastwise.sandbox.estate import Estate
from leastwise.sandbox.functions.functions import Functions
from leastwise.sandbox.functions.service import LambdaService
from leastwise.sandbox.house import House
from leastwise.sandbox.identifiers import AccessKeyPair
from leastwise.sandbox.ledger import UsageLedger
from leastwise.sandbox.options import SandboxOptions
from leastwise.sandbox.security_hub.service import SecurityHub
from leastwise.sandbox.serving import Server
from leastwise.sandbox.tally import Tally
from leastwise.sandbox.traffic import Traffic

__all__ = ["AUDITOR", "Sandbox"]

AUDITOR = "leastwise-auditor"
"""The user whose key a sandbox hands out."""

_AUDITOR_RIGHTS = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*","Action":['
    '"iam:GetAccountAuthorizationDetails","iam:GenerateServiceLastAccessedDetails",'
    '"iam:GetServiceLastAccessedDetails","iam:GetServiceLastAccessedDetailsWithEntities",'
    '"iam:ListPoliciesGrantingServiceAccess","iam:GenerateCredentialReport","iam:GetCredentialReport",'
    '"iam:GetAccountSummary","iam:ListAccountAliases","sts:GetCallerIdentity"]}]}'
)

_live_accounts: set[str] = set()
_live_lock = Lock()


class Sandbox:
    """A local AWS on 127.0.0.1, running from construction until `close()`.

    moto keeps its accounts in module state, so two sandboxes in one process need different account ids.
    """

    def __init__(self, options: SandboxOptions | None = None) -> None:
        self.options = options or SandboxOptions()
        """What it was told to do."""
        self.account_id = self.options.account_id
        """The account's twelve digits."""
        _claim(self.account_id)
        self._closed = False
        try:
            self._open()
        except BaseException:
            _release(self.account_id)
            raise

    def _open(self) -> None:
        try:
            from leastwise.sandbox import moto_gate  # noqa: PLC0415 - moto is an extra, and slow to import
        except ImportError as error:
            missing = f"the sandbox needs a package that is not installed ({error.name})"
            raise SandboxError(missing, hint="Install it with: pip install 'leastwise[sandbox]'") from error
        self._wipe = moto_gate.wipe
        house = House(self.options, moto_gate.fresh_backend(self.account_id))
        self.estate = Estate(house.account.backend, house.ledger, identifiers=house.identifiers, now=house.now)
        """The pen that writes into the account."""
        self.ledger: UsageLedger = house.ledger
        """Who used what."""
        sts = moto_gate.sts_backend(self.account_id)
        self.functions = Functions(house, sts, endpoint=lambda: self.endpoint_url)
        """The functions of Lambda: what they ran, what failed, and a way to wait for them."""
        self.config = ConfigRecorder(house, self.functions)
        """The rules of AWS Config: their evaluations, and ways to ask them."""
        self.security_hub = SecurityHub(house)
        """Security Hub: its findings."""
        self.admin_credentials = self._furnish(house)
        """A key of the auditor, a user that may do what a scan needs."""
        traffic = Traffic(
            house,
            Callers(house.account, sts),
            find_operation=moto_gate.find_operation,
            iam=moto_gate.iam_application(house),
            others=one_at_a_time(moto_gate.other_applications()),
            own={
                "config": ConfigService(house, self.config),
                "lambda": LambdaService(house, self.functions),
                "securityhub": self.security_hub,
            },
        )
        self.tally: Tally = traffic.tally
        """How many calls came in, and how they ended."""
        self._server = Server(traffic, port=self.options.port)
        self.endpoint_url = f"http://127.0.0.1:{self._server.port}"
        """Where to reach it, for `--endpoint-url` and AWS_ENDPOINT_URL."""

    def _furnish(self, house: House) -> AccessKeyPair:
        if self.options.company:
            from leastwise.sandbox.company import seed_company  # noqa: PLC0415 - read only where it is wanted

            seed_company(self.estate)
        add_roles(self.estate, self.options.roles, seed=self.options.seed)
        made_at = self.estate.now - timedelta(days=400)
        house.admin_arn = self.estate.create_user(AUDITOR, created_at=made_at, path="/sandbox/")
        self.estate.put_inline("user", AUDITOR, "audit", _AUDITOR_RIGHTS)
        return self.estate.create_access_key(AUDITOR, created_at=made_at)

    def close(self) -> None:
        """Stop serving and forget the account; closing twice does nothing."""
        if not self._closed:
            self._closed = True
            self.functions.close()
            self._server.close()
            self._wipe(self.account_id)
            _release(self.account_id)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _claim(account_id: str) -> None:
    with _live_lock:
        if account_id in _live_accounts:
            hint = "Close the other one first, or give this one another account_id."
            raise SandboxError(f"a sandbox with account {account_id} is already running in this process", hint=hint)
        _live_accounts.add(account_id)


def _release(account_id: str) -> None:
    with _live_lock:
        _live_accounts.discard(account_id)
