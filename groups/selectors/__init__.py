"""Reading groups, meetings, places and worries; frozen rows come out."""
