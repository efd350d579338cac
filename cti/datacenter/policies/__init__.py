"""Insurance policies, as the self-service inquiry reads them."""
