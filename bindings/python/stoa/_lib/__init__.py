"""The bottom layer: calls into the library, their failures, ownership of what they return."""
