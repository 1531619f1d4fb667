"""The streams of runs, and the handlers that follow them.

The handlers are observers of reactivex, whose import takes time: ``streamkit`` imports them when
their names are first used.
"""
