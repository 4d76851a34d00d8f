"""JSON answers made into DataFrames with a fixed schema."""
