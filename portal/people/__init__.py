"""
Accounts and the organisation: who can sign in, where they work, which roles they hold.

Nothing here knows about counselling or groups, and no table here may ever be joined with theirs
(the join rule, docs/threat-model.md). Roles are dated grants in an agency; nobody is superuser.
"""
