"""The exchange of one request and its answer by HTTP, whatever they carry."""
