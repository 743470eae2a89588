"""Render what is derived from the contract: the Python client, and the partner site."""
