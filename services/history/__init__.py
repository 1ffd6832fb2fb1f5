"""History: the archive read and folded up to a point, so that any past figure can be had again."""
