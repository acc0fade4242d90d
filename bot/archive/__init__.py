"""The archive: all interviews of a feed, also those that it shows no more."""
