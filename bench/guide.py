"""What the Optimization Guide of the proof of concept says: its switches and sizes, with the figures that it gives."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Switch:
    name: str
    off: str  # the setting that turns it off
    memory_saved: str = ""
    speed: str = ""


SWITCHES = {
    "use_streaming": Switch("Streaming", "false", "80–90%", "10–20% slower"),
    "column_filtering": Switch("Column filtering", "false", "30–40%", "20–30% faster"),
    "use_categorical": Switch("Categorical types", "false", "50–70% of texts", "10–20% faster"),
    "gc_after_aggregation": Switch("Memory cleanup", "false", "10–20%", "negligible"),
    "delete_intermediate_dfs": Switch("Chunks freed when folded", "false", "10–20%", "negligible"),
    "parallel_readers": Switch("Parallel reading", "1", "20% more", "2–4x"),
    "parallel_chunks": Switch("Chunks in parallel", "false"),
    "cache_enabled_tags": Switch("Cached reference data", "false"),
}
ALL = Switch("All of them", "", "50–60%, streaming 80–90%", "2–3x")
#: Hourly rows: memory and time after the guide's optimisations.
SIZES = {10_000: ("80 MB", "2 s"), 100_000: ("800 MB", "20 s"), 1_000_000: ("8 GB", "3 min"), 10_000_000: ("3 GB, streaming", "15 min")}
