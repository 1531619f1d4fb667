"""The hub: many consumers of one stream, each with a bounded queue of its own.

Nothing is imported here: ``Hub`` derives from a class of reactivex, whose import takes time.
"""
