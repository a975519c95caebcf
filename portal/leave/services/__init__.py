"""What can be done with leave: one public function, one deed, one transaction."""
