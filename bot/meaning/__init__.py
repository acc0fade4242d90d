"""Search by meaning: sentence vectors, in a process of their own.

The process alone imports numpy and the embedder (``worker``), and holds the vectors and their file
(``vectors``). The bot talks to it through ``process``, and is never kept waiting by the interpreter
lock, by the memory or by a crash of what runs there.
"""
