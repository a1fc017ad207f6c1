"""Rules about DAGs."""
