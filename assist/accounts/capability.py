"""The register of the utility's accounts: in by file, looked up at the counter."""

from assist.accounts.api import api
from assist.accounts.tables import Account, AccountRegister, AccountToken
from kernel.capability import Capability

capability = Capability(
    "assist.accounts",
    apis=(api,),
    tables=(AccountRegister, Account, AccountToken),
)
