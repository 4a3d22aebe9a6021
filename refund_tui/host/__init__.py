"""Facts about this host and account: clocks, paths, mounts, the time zone, who works here, which process this is.

Nothing here knows about refunds.
"""
