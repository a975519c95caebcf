"""
Support groups: people who carry something alike meet regularly, under nicknames.

Words: `SupportGroup`, `MeetingSeries`, `Meeting`, `Enrolment`, `CapacityPool`, `Place`,
`Facilitator`, `Assignment`, `Duty`, `Attendance`, `Concern`. Promises: no row leads from a
nickname to a person or to another nickname of the same person; no place is given twice; a
meeting that was moved stays the same row; facilitators see nicknames only.
"""
