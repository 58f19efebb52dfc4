"""What a guest made goes over to the account that they turn out to have."""
