"""
The record: who opened what, which nobody can change afterwards unseen.

Words: an *event* is a deed; a *link* ties it to all events before it; a *head* is the newest
link and is kept outside. Staff deeds carry their instant; deeds of clients carry the day only.

Promises: rows are only ever added (rights of the database role and triggers); each is proven by
a key outside the database, each link proves those before it; an employee's own visits,
addresses and refusals are not recorded, so that the record does not become the thing people
fear.
"""
