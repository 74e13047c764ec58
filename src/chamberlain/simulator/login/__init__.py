"""The simulated Microsoft identity platform: admin consent, tokens, keys and metadata."""
