"""Leave of every kind; the reason stays sealed."""
