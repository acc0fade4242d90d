"""KCrush's interviews, announced and read in Discord."""

__version__ = "0.1.0"
