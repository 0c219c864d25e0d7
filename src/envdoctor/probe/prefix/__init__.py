"""The prefixes of the patient's chain, and what in them tells who made them."""
