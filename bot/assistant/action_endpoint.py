"""Rasa's action server without a server: custom actions run in this process, inside the turn's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor

from bot.turn import current_turn


class InProcessActions(EndpointConfig):
    """Where Rasa believes an action server to be: `request` runs the action instead of sending it over HTTP.

    Rasa swallows what an action raises ("Bot will continue"). A half-done turn must not commit, so the error is kept in
    the turn's `failure` and the caller of Rasa raises it again.
    """

    def __init__(self, actions: Iterable[Action]) -> None:
        super().__init__(url="in-process")
        _trust_our_own_answers()
        self._executor = ActionExecutor()
        for action in actions:
            self._executor.register_action(action)

    @property
    def names(self) -> list[str]:
        """The names of all registered actions."""
        return sorted(self._executor.actions)

    async def request(self, *args: Any, json: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        """Run the action that Rasa asks for; returns what an action server would answer."""
        try:
            return await self._executor.run(json or {})
        except Exception as error:
            turn = current_turn()
            turn.failure = turn.failure or error
            raise


def _trust_our_own_answers() -> None:
    """Let Rasa take what an action returns as it is.

    Rasa checks the form of every answer against a JSON schema, and that schema against its own, each time anew: right for a server that
    somebody else wrote, four fifths of a turn's time for objects that its own SDK has just made in this process.
    """
    RemoteAction._validate_action_result = staticmethod(lambda result: True)
