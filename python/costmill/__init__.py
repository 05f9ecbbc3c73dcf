"""Daily cost summaries of OpenShift clusters: usage Parquet in, Arrow out. docs/python.md has examples."""
from . import errors
from ._costmill import __version__
from ._listener import Progress
from ._memory import cleanup_memory, log_memory_usage, optimize_dataframe_memory
from ._results import Comparison, Difference, FailedDay, PlannedDay, Receipt, RunResult, Seconds, StaleDay, Verification
from ._runs import compare, plan, run, summarize, verify
from ._scan import TABLES, Summarizer, scan
from ._summary import Summary
from .errors import Error

__all__ = [
    "TABLES", "Comparison", "Difference", "Error", "FailedDay", "PlannedDay", "Progress", "Receipt", "RunResult", "Seconds", "StaleDay",
    "Summarizer", "Summary", "Verification", "__version__", "cleanup_memory", "compare", "errors", "log_memory_usage",
    "optimize_dataframe_memory", "plan", "run", "scan", "summarize", "verify",
]
