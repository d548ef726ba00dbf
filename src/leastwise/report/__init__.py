"""Results to text: JSON, CSV and the table a person reads.

Promise: no format loses a finding, and the same scan gives the same bytes.
"""
