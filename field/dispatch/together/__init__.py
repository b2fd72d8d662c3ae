"""Tasks for two: one leads and answers for the task, one comes along, and both begin at one moment.

Who comes along has a stop of their own: a row of ``task`` with ``companion``, which the planner moves, holds
and times like any other and which counts as no task. ``partner_id`` names the one in the other; ``meets_at``
is the moment that both keep, and is for either the whole window.
"""
