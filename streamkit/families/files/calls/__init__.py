"""What each call about files sends, and how it is read."""
