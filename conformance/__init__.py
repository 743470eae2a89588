"""Judge a running server against the contract, claim by claim, from outside, over HTTP.

The way of a verdict: `gate` asks whether the server can be judged at all, `runner` gives each check its time,
`checks` and `fuzz` send requests, `oracle` holds every answer against the contract, `verdict` adds it up by claim, and
`summary` and `report` tell it.
"""
