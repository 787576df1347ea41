"""What is counted and timed while the advisor works, in Prometheus's words; `/metrics` hands it out (bot/operations/scrape.py).

No label names an owner, a conversation or a message: every label has a handful of values, all of them words of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

REGISTRY = CollectorRegistry()
#: In seconds: a turn takes some 20 ms, and one that takes longer than ten seconds is a fault.
_TURN_BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)

#: outcome: answered | failed (it will be tried again) | set_aside (every try failed); channel `clock`: a check-in or weekly summary.
TURNS = Counter("advisor_turns", "Turns by how they ended.", ("channel", "outcome"), registry=REGISTRY)
TURN_SECONDS = Histogram(
    "advisor_turn_duration_seconds",
    "From taking up a message to its committed answer.",
    ("channel",),
    buckets=_TURN_BUCKETS,
    registry=REGISTRY,
)
#: stage: understand | act | store
STAGE_SECONDS = Histogram(
    "advisor_turn_stage_duration_seconds", "The parts of an answered turn.", ("stage",), buckets=_TURN_BUCKETS, registry=REGISTRY
)
#: outcome: sent | not_sent | throttled | refused | unreachable | ambiguous
DELIVERIES = Counter("advisor_deliveries", "Tries to push a line, by how they ended.", ("channel", "outcome"), registry=REGISTRY)
#: kind: socket | stream | poll | socketio
CONNECTIONS = Gauge("advisor_connections_open", "Clients that are connected now.", ("kind",), registry=REGISTRY)
ERRORS = Counter("advisor_errors", "Lines of the log that tell of an error, by their action.", ("action",), registry=REGISTRY)
RESPONSES = Counter("advisor_http_responses", "Answers over HTTP.", ("status",), registry=REGISTRY)
#: limit: the name of what was used up or too large, such as address, site, body
REFUSALS = Counter("advisor_refusals", "Requests and messages that a limit has refused.", ("limit",), registry=REGISTRY)
ProcessCollector(registry=REGISTRY)


@contextmanager
def connected(kind: str) -> Iterator[None]:
    """Count one client for as long as it is connected."""
    open_now = CONNECTIONS.labels(kind)
    open_now.inc()
    try:
        yield
    finally:
        open_now.dec()
