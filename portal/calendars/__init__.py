"""
Time as the organisation counts it: holidays, intervals, local days in the zones of Indonesia.

Holidays come from a library as a first draft; people correct them, and what a person corrected
is never overwritten. Nothing here knows who works when.
"""
