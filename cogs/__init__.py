"""Discord command groups: thin hands that take an interaction and show what a service answers."""
