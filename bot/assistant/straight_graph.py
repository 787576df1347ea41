"""Runs Rasa's graph in its fixed order.

Rasa hands its graph to Dask, which plans the same dozen nodes anew at every run, three times a turn. What a node does is untouched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent, GraphNode, GraphNodeHook, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.storage import ModelStorage


class StraightGraphRunner(GraphRunner):
    """A graph whose nodes run one after the other, each behind those that it needs."""

    def __init__(self, schema: GraphSchema, nodes: Mapping[str, GraphNode], idle: Collection[type[GraphComponent]] = ()) -> None:
        """Nodes of the `idle` components hand on what comes to them."""
        self._schema = schema
        self._nodes = nodes
        self._idle = {name: next(iter(node.needs.values())) for name, node in schema.nodes.items() if node.uses in idle}
        self._order = lru_cache(maxsize=16)(self._planned)

    @classmethod
    def create(
        cls,
        graph_schema: GraphSchema,
        model_storage: ModelStorage,
        execution_context: ExecutionContext,
        hooks: list[GraphNodeHook] | None = None,
    ) -> StraightGraphRunner:
        """A runner with nodes of its own."""
        return cls.of(DaskGraphRunner.create(graph_schema, model_storage, execution_context, hooks))

    @classmethod
    def of(cls, runner: DaskGraphRunner, idle: Collection[type[GraphComponent]] = ()) -> StraightGraphRunner:
        """A runner with the nodes of one that is loaded already."""
        return cls(runner._graph_schema, runner._instantiated_nodes, idle)

    @property
    def nodes(self) -> Iterable[GraphNode]:
        """The nodes, in no order."""
        return self._nodes.values()

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """What the targets put out, by their names. `inputs` stand for the nodes that are not part of the graph."""
        wanted = tuple(targets or self._schema.target_names)
        outputs = dict(inputs or {})
        for name in self._order(wanted):
            if name in self._idle:
                outputs[name] = outputs[self._idle[name]]
            elif name not in outputs:
                # Like Dask, hand over the bare name of a node that there is no output of; Rasa says so in its log.
                needed = ((need, outputs[need]) if need in outputs else need for need in self._schema.nodes[name].needs.values())
                _, outputs[name] = self._nodes[name](*needed)
        return {name: outputs[name] for name in wanted}

    def _planned(self, targets: Sequence[str]) -> tuple[str, ...]:
        order: dict[str, None] = {}

        def plan(name: str) -> None:
            if name in order or name not in self._schema.nodes:
                return
            for need in self._schema.nodes[name].needs.values():
                plan(need)
            order[name] = None

        for target in targets:
            plan(target)
        return tuple(order)
