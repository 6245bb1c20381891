"""Open this when you need an ERP that is not here: doubles of vendors' HTTP interfaces, from their published words."""
