"""The Payment service over HTTP: bodies, answers, what each means, one client.

Importing this package brings neither httpx nor pydantic; `client` brings both. Nothing here waits, retries or decides.
"""
