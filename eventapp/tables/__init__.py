"""Tables that people send: read within bounds, their columns recognised, and written.

Pure: no request, no database, and no sentence for people. What went wrong or was put right is
data (`eventapp.tables.refusals`, `eventapp.tables.table`) of which a page makes its sentences.
"""
