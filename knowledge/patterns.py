"""Patterns made of words of the content, compiled once. `re` itself keeps only 512, and the content has thousands."""

from __future__ import annotations

import re
from functools import lru_cache

#: Like :func:`re.compile`, for patterns that come again and again.
compiled = lru_cache(maxsize=8192)(re.compile)
