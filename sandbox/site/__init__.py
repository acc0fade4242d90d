"""The sample site: a small magazine that answers as WordPress does, on loopback."""

from sandbox.site.faults import Fault
from sandbox.site.library import Library, NoSuchPost
from sandbox.site.posts import SAMPLE, Post, SampleError, load_posts
from sandbox.site.server import SampleSite, Seen

__all__ = [
    "SAMPLE",
    "Fault",
    "Library",
    "NoSuchPost",
    "Post",
    "SampleError",
    "SampleSite",
    "Seen",
    "load_posts",
]
