"""One striking answer as a picture: chosen, drawn, kept."""
