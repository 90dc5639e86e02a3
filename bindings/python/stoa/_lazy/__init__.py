"""What is computed when it is asked for: expressions, selections, programs."""
