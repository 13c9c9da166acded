"""The sections of a report: each a function that makes blocks from the sources."""
