"""What the torch models share: samples from sequences, the epoch loop, seeding. Nothing here knows a model."""
