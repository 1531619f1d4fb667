"""What joins streams and reactivex."""
