"""The API's resources: what a client's attributes are."""
