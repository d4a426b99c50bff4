"""The networks that Bitdepth is timed with."""
