"""A server with Rasa's channels on it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.messaging.turns import Turns
from tests.integration.web.serving import free_port


@dataclass
class Served:
    """Serves whatever routes a test gives it."""

    port: int

    @property
    def origin(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def config(self, routes: list[BaseRoute]) -> uvicorn.Config:
        """What uvicorn needs to serve them."""
        return uvicorn.Config(Starlette(routes=routes), port=self.port, log_level="warning", lifespan="off", ws="websockets-sansio")


@pytest.fixture
def served(running_turns: Turns) -> Served:
    """A free port, while turns are being taken."""
    return Served(free_port())
