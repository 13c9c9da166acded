"""Files of interactions, tags and scores in the forms that researchers hold: text, JSON and Parquet as arrays."""
