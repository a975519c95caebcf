"""
The outbox: what the portal tells people, and how it leaves the house.

A fact, its `Notification` and its `Delivery` are born in one transaction; nothing is sent
inside it and nothing is published to a broker. A sweep claims what is due, asks the room again
whether it is still true, and sends one neutral mail. Redis may be lost at any moment: the
tables are the queue. Recipients are tags and sealed addresses; only the notifying process can
open them.
"""
