"""The Payment service over HTTP: request bodies, answers and what they mean, and the one client.

Importing this package loads neither httpx nor pydantic; `client` loads both. Nothing here waits, retries, or decides
what happens to a refund next.
"""
