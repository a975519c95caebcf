"""
The first page after signing in, and the pages that belong to nobody's room.

Everybody lands on a page with one next action: the employee on three times, the counsellor on
her day, everybody else on what waits for them, or on the honest word that nothing does. Nothing
is stored here.
"""
