"""A recording as a marble diagram: when each part of the answer grew, as a text or as a picture."""
