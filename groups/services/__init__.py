"""What can be done with groups: one public function, one deed, one transaction."""
