"""Requests: the remote diagnosis."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "customer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("phone", sa.String(20), nullable=False),
        sa.Column("building", sa.String(120), nullable=False),
        sa.Column("equipment", sa.String(120), nullable=False),
        sa.Column("description", sa.String(1000), nullable=False),
        sa.Column("address", sa.String(200), nullable=False),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("place_source", sa.String(16), nullable=False),
        sa.Column("erased_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_customer"),
    )
    op.create_index("ix_customer_phone", "customer", ["phone"])
    op.create_table(
        "desk_presence",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("skills", DOCUMENT, nullable=False),
        sa.Column("languages", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_desk_presence_staff_id"),
        sa.PrimaryKeyConstraint("staff_id", name="pk_desk_presence"),
    )
    op.create_index("ix_desk_presence_seen_at", "desk_presence", ["seen_at"])
    op.create_table(
        "service_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("asker", sa.String(32), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("inviter_id", sa.Uuid(), nullable=True),
        sa.Column("technician_id", sa.Uuid(), nullable=True),
        sa.Column("skill", sa.String(32), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("safety_stop", sa.String(80), nullable=True),
        sa.Column("outcome", sa.String(32), nullable=True),
        sa.Column("outcome_note", sa.String(2000), nullable=False),
        sa.Column("visit", DOCUMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_service_request_customer_id"),
        sa.ForeignKeyConstraint(["inviter_id"], ["staff.id"], name="fk_service_request_inviter_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name="fk_service_request_owner_id"),
        sa.ForeignKeyConstraint(["technician_id"], ["staff.id"], name="fk_service_request_technician_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service_request"),
    )
    op.create_index("ix_service_request_created_at", "service_request", ["created_at"])
    op.create_index("ix_service_request_owner_id", "service_request", ["owner_id"])
    op.create_index("ix_service_request_state", "service_request", ["state"])
    op.create_index("ix_service_request_technician_id", "service_request", ["technician_id"])
    op.create_table(
        "call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("technician_id", sa.Uuid(), nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=False),
        sa.Column("customer_joined_at", MOMENT, nullable=True),
        sa.Column("technician_joined_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("end_reason", sa.String(32), nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("pickup_s", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["service_request.id"], name="fk_call_request_id"),
        sa.ForeignKeyConstraint(["technician_id"], ["staff.id"], name="fk_call_technician_id"),
        sa.PrimaryKeyConstraint("id", name="pk_call"),
    )
    op.create_index("ix_call_finished_at", "call", ["finished_at"])
    op.create_index("ix_call_request_id", "call", ["request_id"])
    op.create_table(
        "connection_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("actor_kind", sa.String(16), nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("detail", DOCUMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["service_request.id"], name="fk_connection_step_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_connection_step"),
    )
    op.create_index("ix_connection_step_request_id", "connection_step", ["request_id"])
    op.create_table(
        "freeze",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.id"], name="fk_freeze_asked_by"),
        sa.ForeignKeyConstraint(["request_id"], ["service_request.id"], name="fk_freeze_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_freeze"),
    )
    op.create_index("ix_freeze_request_id", "freeze", ["request_id"])
    op.create_table(
        "guide_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("guide", sa.String(40), nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("answer", sa.String(16), nullable=False),
        sa.Column("ending", sa.String(32), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["service_request.id"], name="fk_guide_answer_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_guide_answer"),
    )
    op.create_index("ix_guide_answer_request_id", "guide_answer", ["request_id"])
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("author_kind", sa.String(16), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("author_name", sa.String(80), nullable=False),
        sa.Column("text", sa.String(2000), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["service_request.id"], name="fk_message_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("request_id", "client_id", name="uq_message_request_id_client_id"),
    )
    op.create_table(
        "queue_entry",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.Column("last_contact_at", MOMENT, nullable=False),
        sa.Column("left_at", MOMENT, nullable=True),
        sa.Column("promised_low_s", sa.Integer(), nullable=True),
        sa.Column("promised_high_s", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["service_request.id"], name="fk_queue_entry_request_id"),
        sa.PrimaryKeyConstraint("request_id", name="pk_queue_entry"),
    )
    op.create_index("ix_queue_entry_left_at", "queue_entry", ["left_at"])
    op.create_table(
        "rating",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(1000), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["service_request.id"], name="fk_rating_request_id"),
        sa.PrimaryKeyConstraint("request_id", name="pk_rating"),
    )
    op.create_table(
        "request_event",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("actor_kind", sa.String(16), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("detail", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name="fk_request_event_owner_id"),
        sa.ForeignKeyConstraint(["request_id"], ["service_request.id"], name="fk_request_event_request_id"),
        sa.PrimaryKeyConstraint("request_id", "number", name="pk_request_event"),
    )
    op.create_table(
        "verdict",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("ownership", sa.String(32), nullable=False),
        sa.Column("fault", sa.String(40), nullable=False),
        sa.Column("severity", sa.String(32), nullable=False),
        sa.Column("still_ids", DOCUMENT, nullable=False),
        sa.Column("no_still_reason", sa.String(32), nullable=True),
        sa.Column("note", sa.String(2000), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["given_by"], ["staff.id"], name="fk_verdict_given_by"),
        sa.ForeignKeyConstraint(["request_id"], ["service_request.id"], name="fk_verdict_request_id"),
        sa.PrimaryKeyConstraint("request_id", name="pk_verdict"),
    )
    op.create_table(
        "still",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("freeze_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("taken_by", sa.String(16), nullable=False),
        sa.Column("blob_id", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(32), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.Column("erased_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["freeze_id"], ["freeze.id"], name="fk_still_freeze_id"),
        sa.ForeignKeyConstraint(["request_id"], ["service_request.id"], name="fk_still_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_still"),
        sa.UniqueConstraint("request_id", "client_id", name="uq_still_request_id_client_id"),
    )
    op.create_table(
        "mark",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("still_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("author_kind", sa.String(16), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("tool", sa.String(16), nullable=False),
        sa.Column("points", DOCUMENT, nullable=False),
        sa.Column("text", sa.String(200), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["still_id"], ["still.id"], name="fk_mark_still_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mark"),
        sa.UniqueConstraint("still_id", "client_id", name="uq_mark_still_id_client_id"),
    )
    # ### end Alembic commands ###
