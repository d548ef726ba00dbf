"""What is wrong with a document: what IAM refuses, and what it takes and is not meant."""
