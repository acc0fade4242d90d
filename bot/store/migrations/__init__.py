"""How the tables came to be, one Alembic revision after the other."""
