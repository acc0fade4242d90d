"""The store: the only room that knows SQL.

Contract (names and shapes are used by the watcher, the announcer, the services and the CLI):

    async with open_store(database_url, clock) as store: ...

One writer at a time, readers beside it (WAL). Every method is one transaction.
"""
