"""How dates and times are written where Django's own formats differ from the house's."""
