"""What is true without a clock, a disk or a network: money, trips, refunds, the rules and the lifecycle.

Nothing here may import a screen, HTTP, a database or an event loop, and nothing here reads the time by itself.
"""
