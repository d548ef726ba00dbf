"""What a user fixes in `leastwise.toml`, read into frozen values."""
