"""
Confidential counselling: who can be met, when, and the meetings themselves.

Words: a **counsellor** has an **availability**; a **slot** is a time computed from it and never
stored; a **client** is the pseudonymous record an employee has here and nowhere else; an
**appointment** is a client's claim on a counsellor's time.

Promises: no row of this room points to the employee who asked; what she writes opens only with
the counsellor's key; no counsellor and no client is ever booked twice at one time; a refusal
carries a way forward.
"""
