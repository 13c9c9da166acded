"""What the torch models share: samples from sequences, the epoch loop, seeding. Nothing here knows a model.

Plug-ins may import what docs/your-own-model.md names of it.
"""
