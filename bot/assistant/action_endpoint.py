"""Rasa's action server without a server: custom actions run in this process, inside the turn's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa.utils.endpoints import EndpointConfig
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor


class InProcessActions(EndpointConfig):
    """Where Rasa believes an action server to be: `request` runs the action instead of sending it over HTTP."""

    def __init__(self, actions: Iterable[Action]) -> None:
        super().__init__(url="in-process")
        self._executor = ActionExecutor()
        for action in actions:
            self._executor.register_action(action)

    @property
    def names(self) -> list[str]:
        """The names of all registered actions."""
        return sorted(self._executor.actions)

    async def request(self, *args: Any, json: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        """Run the action that Rasa asks for; returns what an action server would answer. Raises what the action raises."""
        return await self._executor.run(json or {})
