"""Our models beside figures of other codes on the same data, as docs/models.md has them."""
