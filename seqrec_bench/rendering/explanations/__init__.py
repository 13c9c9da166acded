"""Explanations for people and programs: text, JSON, a figure."""
