"""Small things every room needs: clock, ids, errors, logging, backoff, strict YAML. Imports nothing of ours."""
