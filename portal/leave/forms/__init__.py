"""What people type or press about leave; nothing here decides who may, or saves."""
