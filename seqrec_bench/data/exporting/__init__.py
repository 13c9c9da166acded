"""A split as files for other systems."""
