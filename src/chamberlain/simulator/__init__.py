"""ISLAND: a simulated Microsoft identity platform and Graph. Imports nothing of the product; only the CLI starts it."""
