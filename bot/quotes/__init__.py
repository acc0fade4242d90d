"""A striking answer as a picture: chosen from an interview, drawn, and cached."""
