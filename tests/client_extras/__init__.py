"""Tests of what the client's package brings along: server in memory, command line, logs, traces, webhooks."""
