"""What speaks to the library: its calls, their failures, who owns what they give."""
