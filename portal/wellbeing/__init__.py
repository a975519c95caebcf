"""
"I'm tired", and the people one can call.

A tap adds one to the number of its month and leaves no other trace. Help contacts are data with
an owner and a date of the last check, because of the numbers usually copied around several are
dead; the head of the service looks after them.
"""
