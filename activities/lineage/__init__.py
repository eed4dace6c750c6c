"""Who guided whom: `edges` reads it from the record, `forest` nests it, `trees` parts it into drawings.

`layers` and `layout` place people on a drawing, `drawing` makes the SVG.
"""

from activities.lineage.edges import Edge, Strand, all_edges, edge_querysets, edges_of, merge, part_edges, read_edges
from activities.lineage.forest import MAX_DEPTH, Branch, make_forest

__all__ = [
    "MAX_DEPTH", "Branch", "Edge", "Strand", "all_edges", "edge_querysets", "edges_of", "make_forest", "merge",
    "part_edges", "read_edges",
]  # fmt: skip
