"""The domain: money, trips, refunds, the rules and the lifecycle. All of it is pure Python.

Nothing here may import a screen, HTTP, a database or an event loop. Nothing here reads a clock.
"""
