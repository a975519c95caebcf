"""
What everybody may know about what the portal knows.

The page on who can see what is written from the same register the doors use, so it cannot say
something else than the code does. Here is also the record that the data protection officer
reads, and the answer to "who opened my data".
"""
