"""Keys: what they are, where they are kept, and what each opens.

Specification: functions-python section 5.3.
"""
