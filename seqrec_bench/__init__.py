"""An honest bench for sequential recommendation."""

__version__ = "0.1.0"
