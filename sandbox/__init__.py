"""A server that keeps the contract: for partners who integrate, and for the suite that judges servers."""
