"""The delegate's own page, behind the personal link."""
