"""Zones, representatives, tasks, routes."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import JSONB

from app.migrations.geometry import describe

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "cell",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("parent", sa.String(32), nullable=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_zh_hant", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cell"),
        sa.UniqueConstraint("level", "code", name="uq_cell_level_code"),
    )
    op.create_table(
        "grid_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("counts", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_grid_import"),
    )
    op.create_table(
        "rep",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("phone", sa.String(32), nullable=False),
        sa.Column("station", sa.String(32), nullable=False),
        sa.Column("skills", DOCUMENT, nullable=False),
        sa.Column("parts", DOCUMENT, nullable=False),
        sa.Column("shift_start", sa.Integer(), nullable=False),
        sa.Column("shift_end", sa.Integer(), nullable=False),
        sa.Column("home", Geometry("POINT", srid=4326, spatial_index=False), nullable=False),
        sa.Column("home_lon", sa.Double(), nullable=False),
        sa.Column("home_lat", sa.Double(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_rep_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rep"),
        sa.UniqueConstraint("code", name="uq_rep_code"),
        sa.UniqueConstraint("staff_id", name="uq_rep_staff_id"),
    )
    op.create_index("ix_rep_station", "rep", ["station"])
    op.create_table(
        "device_sequence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_device_sequence_rep_id"),
        sa.PrimaryKeyConstraint("id", name="pk_device_sequence"),
    )
    op.create_table(
        "rep_position",
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_rep_position_rep_id"),
        sa.PrimaryKeyConstraint("rep_id", name="pk_rep_position"),
    )
    op.create_table(
        "route",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_route_rep_id"),
        sa.PrimaryKeyConstraint("id", name="pk_route"),
        sa.UniqueConstraint("rep_id", "day", name="uq_route_rep_id_day"),
    )
    op.create_index("ix_route_day", "route", ["day"])
    op.create_table(
        "shift",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("start_at", MOMENT, nullable=False),
        sa.Column("end_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_shift_rep_id"),
        sa.PrimaryKeyConstraint("id", name="pk_shift"),
        sa.UniqueConstraint("rep_id", "day", name="uq_shift_rep_id_day"),
    )
    op.create_table(
        "zone",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_zh_hant", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("company", sa.String(32), nullable=False),
        sa.Column("office", sa.String(32), nullable=False),
        sa.Column("station", sa.String(32), nullable=False),
        sa.Column("sub_area", sa.String(32), nullable=False),
        sa.Column("area", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), nullable=False),
        sa.Column("owner_code", sa.String(32), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("min_lon", sa.Double(), nullable=False),
        sa.Column("min_lat", sa.Double(), nullable=False),
        sa.Column("max_lon", sa.Double(), nullable=False),
        sa.Column("max_lat", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["rep.id"], name="fk_zone_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_zone"),
        sa.UniqueConstraint("code", name="uq_zone_code"),
    )
    op.create_index("ix_zone_bounds", "zone", ["min_lon", "max_lon", "min_lat", "max_lat"])
    op.create_index("ix_zone_min_lon", "zone", ["min_lon"])
    op.create_index("ix_zone_owner_id", "zone", ["owner_id"])
    op.create_index("ix_zone_station", "zone", ["station"])
    op.create_table(
        "device_action",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("result", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device_sequence.id"], name="fk_device_action_device_id"),
        sa.PrimaryKeyConstraint("device_id", "sequence", name="pk_device_action"),
    )
    op.create_index("ix_device_action_action_id", "device_action", ["action_id"])
    op.create_table(
        "task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("fault", sa.String(64), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("ownership", sa.String(32), nullable=False),
        sa.Column("skill", sa.String(32), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("parts", DOCUMENT, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("duration_s", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("verdict", DOCUMENT, nullable=False),
        sa.Column("evidence", DOCUMENT, nullable=False),
        sa.Column("customer", DOCUMENT, nullable=False),
        sa.Column("address", sa.String(300), nullable=False),
        sa.Column("point", Geometry("POINT", srid=4326, spatial_index=False), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("zone_id", sa.Uuid(), nullable=True),
        sa.Column("window_start", MOMENT, nullable=False),
        sa.Column("window_end", MOMENT, nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=True),
        sa.Column("answerable_id", sa.Uuid(), nullable=False),
        sa.Column("unplaced_reason", sa.String(64), nullable=True),
        sa.Column("placement", DOCUMENT, nullable=False),
        sa.Column("refused_by", DOCUMENT, nullable=False),
        sa.Column("escalation_reason", sa.Text(), nullable=False),
        sa.Column("response_due_at", MOMENT, nullable=True),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("departed_at", MOMENT, nullable=True),
        sa.Column("arrived_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("late_since", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["answerable_id"], ["staff.id"], name="fk_task_answerable_id"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_task_rep_id"),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name="fk_task_zone_id"),
        sa.PrimaryKeyConstraint("id", name="pk_task"),
        sa.UniqueConstraint("request_id", name="uq_task_request_id"),
    )
    op.create_index("ix_task_lon_lat", "task", ["lon", "lat"])
    op.create_index("ix_task_rep_id", "task", ["rep_id"])
    op.create_index("ix_task_state", "task", ["state"])
    op.create_index("ix_task_zone_id", "task", ["zone_id"])
    op.create_table(
        "proof",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("blob_id", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(32), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_proof_rep_id"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_proof_task_id"),
        sa.PrimaryKeyConstraint("id", name="pk_proof"),
        sa.UniqueConstraint("task_id", "client_id", name="uq_proof_task_id_client_id"),
    )
    op.create_index("ix_proof_task_id", "proof", ["task_id"])
    op.create_table(
        "task_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("from_state", sa.String(32), nullable=True),
        sa.Column("to_state", sa.String(32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.Column("actor_kind", sa.String(16), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(80), nullable=False),
        sa.Column("detail", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_task_event_task_id"),
        sa.PrimaryKeyConstraint("id", name="pk_task_event"),
        sa.UniqueConstraint("task_id", "number", name="uq_task_event_task_id_number"),
    )
    op.create_table(
        "visit",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("travel_s", sa.Integer(), nullable=False),
        sa.Column("eta", MOMENT, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["route_id"], ["route.id"], name="fk_visit_route_id"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_visit_task_id"),
        sa.PrimaryKeyConstraint("task_id", name="pk_visit"),
    )
    op.create_index("ix_visit_route_id", "visit", ["route_id"])
    # ### end Alembic commands ###
    describe(op.get_bind(), "rep", "home", "POINT")
    describe(op.get_bind(), "zone", "area", "MULTIPOLYGON")
    describe(op.get_bind(), "task", "point", "POINT")
