"""dagdock: a linter for Dockerfiles, Compose files and Airflow DAGs."""

__version__ = "0.1.0"
