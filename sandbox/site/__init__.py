"""The sample site: a small magazine that behaves like a WordPress site, on loopback."""

from sandbox.site.faults import Fault
from sandbox.site.library import Library, NoSuchPost
from sandbox.site.posts import SAMPLE, Post, SampleError, load_posts
from sandbox.site.server import RequestRecord, SampleSite

__all__ = [
    "SAMPLE",
    "Fault",
    "Library",
    "NoSuchPost",
    "Post",
    "RequestRecord",
    "SampleError",
    "SampleSite",
    "load_posts",
]
