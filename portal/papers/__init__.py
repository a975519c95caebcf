"""Papers: letters go out as PDF, certificates come in as plain pictures."""
