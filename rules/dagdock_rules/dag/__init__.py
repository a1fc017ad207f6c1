"""Rules for Airflow DAG files."""
