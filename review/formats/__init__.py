"""The formats of a review, one a file: terminal, Markdown, SARIF, JSON."""
