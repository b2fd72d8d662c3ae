"""Rows in a few words: what other views name."""

from __future__ import annotations

from field.board.views import NamesView, ProofView, RepNameView
from field.grid.tables import Rep, Zone
from field.task.tables import Proof


def proof_view(proof: Proof) -> ProofView:
    """A photo of the finished work."""
    return ProofView(
        id=proof.id,
        url=f"/api/proofs/{proof.id}/image",
        width=proof.width,
        height=proof.height,
        at=proof.at,
    )


def zone_names(zone: Zone) -> NamesView:
    """A zone's code and names."""
    return NamesView(
        id=zone.id, code=zone.code, name=zone.name, name_zh_hant=zone.name_zh_hant, name_en=zone.name_en
    )


def rep_name(rep: Rep) -> RepNameView:
    """A representative in a few words."""
    return RepNameView(
        id=rep.id,
        staff_id=rep.staff_id,
        code=rep.code,
        name=rep.name,
        name_en=rep.name_en,
        phone=rep.phone,
    )
