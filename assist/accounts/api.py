"""The register of accounts, for those who answer for it."""

from __future__ import annotations

from assist.accounts.bodies import AccountErasureBody, AccountsImportQuery
from assist.accounts.commands import AccountsUnderWay, empty_register, erase_account, import_accounts
from assist.accounts.queries import register_of
from assist.accounts.views import AccountsReportView, AccountsView, AccountWarningView
from assist.services import AssistServices
from kernel.actors import Role
from kernel.errors import NotFound
from kernel.files.refusal import ImportRefused
from kernel.web import Api, Call, Limit, Upload, role

api = Api("accounts")

KEEPERS = role(Role.SUPERVISOR, Role.ADMIN)
IMPORT_BYTES = 64 << 20
ERASE = Limit("accounts-erase", per_minute=60, burst=60, per_person=True)


@api.get("/api/accounts", who=KEEPERS, summary="How many accounts the register has")
async def read_accounts_register(call: Call) -> AccountsView:
    async with call.database.reading() as session:
        register = await register_of(session)
    at = register.at if register.published or register.loading else None
    return AccountsView(accounts=register.accounts, at=at)


@api.post(
    "/api/imports/accounts",
    who=KEEPERS,
    summary="Take a file of accounts (CSV): all of it, or nothing and every fault",
    errors=(ImportRefused, AccountsUnderWay),
    max_bytes=IMPORT_BYTES,
)
async def post_accounts_file(call: Call, query: AccountsImportQuery, form: Upload) -> AccountsReportView:
    report = await import_accounts(
        call.database,
        call.actor,
        form.file,
        encoding=query.encoding,
        region=call.use(AssistServices).default_region,
        dry_run=query.dry_run,
    )
    return AccountsReportView(
        dry_run=report.dry_run,
        added=report.added,
        changed=report.changed,
        unchanged=report.unchanged,
        accounts=report.accounts,
        warnings=[
            AccountWarningView(code=each.code, where=each.where, params=dict(each.params))
            for each in report.warnings
        ],
        encoding=report.encoding,
        sample=list(report.sample),
    )


@api.post("/api/accounts/erasures", who=KEEPERS, summary="Erase one account", errors=(NotFound,), limit=ERASE)
async def erase_one_account(call: Call, body: AccountErasureBody) -> None:
    await call.database.run(erase_account, call.actor, body.reference)


@api.delete("/api/accounts", who=KEEPERS, summary="Erase every account", limit=ERASE)
async def empty_accounts(call: Call) -> None:
    await empty_register(call.database, call.actor)
