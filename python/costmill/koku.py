"""The step of Koku's OCP summary that Trino does, with the signature of Koku's own. docs/koku.md shows the swap."""
from __future__ import annotations

from datetime import date, datetime
from typing import Any

from . import _costmill
from ._results import RunResult
from ._runs import run
from ._settings import request
from .errors import BadConfigError


def populate_line_item_daily_summary_table(start_date: str | date, end_date: str | date, report_period_id: int, cluster_id: str,
                                           cluster_alias: str, source: str, *, schema: str, database: str | None = None,
                                           input: str | None = None, config: Any = None, full: bool = False,
                                           **keys: Any) -> RunResult:
    """Writes the daily summary of one cluster into a tenant's ``reporting_ocpusagelineitem_daily_summary``.

    The first six arguments are those of Koku's ``populate_line_item_daily_summary_table_trino``: dates are inclusive and within one
    month, `source` is the provider's UUID. Days whose input, reference data and rows are as recorded are left alone; ``full=True`` makes
    them again. Each day commits by itself, under a lock of its own.

    schema: the tenant's, e.g. ``org1234567``; enabled tag keys, node roles and cost categories are read from it, too.
    database: ``postgresql://USER@HOST/DATABASE``; without it the one that config and environment name for the sink.
    input, config, keys: as in ``costmill.run``.

    Raises the classes of ``costmill.errors``.
    """
    tenant = {
        "organization.org_id": schema,
        "postgresql.schema": schema,
        "ocp.provider_uuid": str(source),
        "ocp.cluster_id": cluster_id,
        "ocp.cluster_alias": cluster_alias,
        "ocp.report_period_id": int(report_period_id),
        **keys,
    }
    start, end = _day(start_date), _day(end_date)
    if start[:7] != end[:7]:
        raise BadConfigError(f"start_date {start} and end_date {end} are of two months; call once for each, as Koku does")
    database = database or _costmill.sink_of(request(config, keys=keys))
    if not database.startswith(("postgresql://", "postgres://")):
        raise BadConfigError("no database: give database='postgresql://USER@HOST/DATABASE', or run.sink or the section postgresql in the "
                             "config")
    return run(config, input=input, sink=database, reference=database, start=start, end=end, cluster=str(source), full=full, **tenant)


def _day(moment: str | date) -> str:
    """Koku passes dates, datetimes, or their texts."""
    return (moment.date() if isinstance(moment, datetime) else moment).isoformat() if isinstance(moment, date) else str(moment)[:10]
