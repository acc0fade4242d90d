"""REST v10: `Rest` serves the routes of `sandbox.rest.table` and of interactions."""
