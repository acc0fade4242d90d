"""From the site's bytes to interviews: fetching, parsing, transcribing, scheduling."""
