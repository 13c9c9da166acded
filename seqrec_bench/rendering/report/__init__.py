"""A report of everything that records show: one HTML file, or its tables as Markdown or LaTeX.

Its sections are a list of functions (`build.SECTIONS`). Each makes blocks from the same sources: paragraphs, tables,
charts. How a block looks is its template's business, and no section's.
"""
