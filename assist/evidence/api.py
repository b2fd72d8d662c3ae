"""Evidence over HTTP."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.responses import FileResponse, Response, StreamingResponse

from assist.callers import PARTIES
from assist.evidence.bodies import BundleQuery
from assist.evidence.bundle import VERIFIER, Bundle, file_name, signed, write_bundle
from assist.evidence.commands import seal
from assist.evidence.keys import evidence_key
from assist.evidence.paper.summary import Reader, summary_html
from assist.evidence.queries import evidence_view, fingerprint_of, names_in, sealed_of
from assist.evidence.stamp import stamped
from assist.evidence.views import EvidenceKeyView, SealedView
from assist.request.access import visible_request
from assist.services import AssistServices
from kernel.database import UnitOfWork
from kernel.errors import NotFound
from kernel.evidence.item import Sources
from kernel.i18n import STATIC
from kernel.web import Api, Call, Limit, anyone

api = Api("assist")

PART = 1 << 16
"""Bytes that go out at once."""
BUNDLE = Limit("evidence-bundle", per_minute=6, burst=6, per_person=True)
ASKED = Limit("evidence", per_minute=60, burst=60, per_person=True)
PUBLIC = Limit("evidence-key", per_minute=60, burst=60)


@api.get("/api/evidence/key", who=anyone(), summary="The key that signs bundles of evidence", limit=PUBLIC)
async def read_evidence_key(call: Call) -> EvidenceKeyView:
    public = (await evidence_key(call.database)).public_key().public_bytes_raw()
    return EvidenceKeyView(algorithm="Ed25519", public_key=public.hex(), fingerprint=fingerprint_of(public))


@api.get(
    "/api/evidence/verifier",
    who=anyone(),
    summary="The program that verifies a bundle offline, with Python alone",
    media_type="text/x-python",
    limit=PUBLIC,
)
async def read_verifier(call: Call) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{VERIFIER}"'}
    return FileResponse(STATIC / VERIFIER, media_type="text/x-python", headers=headers)


@api.get(
    "/api/requests/{request_id}/evidence",
    who=PARTIES,
    summary="What of a request is sealed",
    errors=(NotFound,),
    limit=ASKED,
)
async def read_evidence(call: Call, request_id: UUID) -> SealedView:
    key = await evidence_key(call.database)
    async with call.database.reading() as session:
        sealed = await sealed_of(session, call.actor, request_id)
    return evidence_view(sealed, fingerprint_of(key.public_key().public_bytes_raw()))


@api.get(
    "/api/requests/{request_id}/evidence/bundle",
    who=PARTIES,
    summary="All evidence of a request in one signed file; what is new is sealed first",
    media_type="application/zip",
    errors=(NotFound,),
    limit=BUNDLE,
)
async def read_bundle(call: Call, request_id: UUID, query: BundleQuery) -> Response:
    async with call.database.reading() as session:
        await visible_request(session, call.actor, request_id)
    language = query.language or call.language
    key = await evidence_key(call.database)
    await call.database.run(_seal_and_say, call, request_id)
    async with call.database.reading() as session:
        sealed = await sealed_of(session, call.actor, request_id)
        names = await names_in(session, sealed.entries, language)
    services = call.use(AssistServices)
    settings = call.house.settings
    reader = Reader(language, ZoneInfo(settings.timezone), names, services.utility_name)
    fingerprint = fingerprint_of(key.public_key().public_bytes_raw())
    ids = {Path(name).stem for entry in sealed.entries if (name := file_name(entry))}

    def sign() -> Bundle:
        pictures = {id: path for id in ids if (path := services.blobs.path(id)).is_file()}
        summary = summary_html(request_id, sealed.entries, reader, fingerprint, call.now)
        return signed(sealed, pictures, {"summary.html": summary}, key, call.now)

    bundle = await asyncio.to_thread(sign)
    stamp = await stamped(settings.timestamp_url, bundle.signature)

    def make() -> IO[bytes]:
        # Without a name: whatever ends this worker or the line, nothing of anybody's is left on the disk.
        target = tempfile.TemporaryFile()
        try:
            write_bundle(target, bundle, STATIC / VERIFIER, stamp)
        except BaseException:
            target.close()
            raise
        return target

    made = await asyncio.to_thread(make)
    headers = {
        "Cache-Control": "no-store",
        "Content-Length": str(made.tell()),
        "Content-Disposition": f'attachment; filename="evidence-{request_id}.zip"',
    }
    return StreamingResponse(_read_out(made), media_type="application/zip", headers=headers)


async def _read_out(made: IO[bytes]) -> AsyncIterator[bytes]:
    with made:
        made.seek(0)
        while part := await asyncio.to_thread(made.read, PART):
            yield part


async def _seal_and_say(uow: UnitOfWork, call: Call, request_id: UUID) -> None:
    await seal(uow, call.use(Sources), request_id)
    await uow.audit(call.actor, "evidence_bundled", f"request:{request_id}")
