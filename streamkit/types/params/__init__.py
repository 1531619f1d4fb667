"""The types of request parameters, which programs import to annotate what they send.

They are TypedDicts, so a plain dict is a value of them. Nothing else imports them: a program that
does not name them does not load them.
"""
