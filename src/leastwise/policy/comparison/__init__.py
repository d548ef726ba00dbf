"""What policies grant, compared: a proof, or a request that tells them apart."""
