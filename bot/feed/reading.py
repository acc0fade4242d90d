"""The process in which everything is read that the magazine's site sends."""

from bot.core.worker import WorkerProcess

SITE_READER = WorkerProcess("site")
