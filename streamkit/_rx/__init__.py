"""The bridge between streams and reactivex."""
