"""One request against policies: what IAM would decide, and which statements make it so."""
