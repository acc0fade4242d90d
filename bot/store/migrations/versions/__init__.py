"""The revisions. Each stays as it was released: it tells the past, not the tables of today."""
