"""Reading leave; frozen rows come out."""
