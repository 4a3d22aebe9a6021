"""What this host and account are: its clocks, where files are kept, who works here, which process this is.

Nothing here knows of refunds.
"""
