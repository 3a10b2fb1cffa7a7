"""The containers of `tests.containers`."""

from tests.containers import host

__all__ = ["host"]
