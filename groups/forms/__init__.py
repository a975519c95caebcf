"""What people type or press in this room; nothing here decides who may, or saves."""
