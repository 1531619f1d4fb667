"""The clients; ``streamkit.client`` exports them."""
