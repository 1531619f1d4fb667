"""Many consumers of one stream, each with a bounded queue of its own.

``Hub`` derives from a class of reactivex, whose import takes time: it is imported when asked for.
"""
