"""Types, fields and record classes: what a table is made of."""
