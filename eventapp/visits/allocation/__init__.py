"""Who goes to which site with which group, as an optimisation; pure, and solved by HiGHS.

`problem` says what is asked, `faults` what is wrong with it, `solving` solves it, `moving` changes
an allocation with the fewest moves, `reasons` explains each place, `blame` says why something
cannot be done, `figures` what the preview shows.
"""
