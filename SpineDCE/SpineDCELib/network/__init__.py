"""Archives (PACS): queries, retrieval, sending and reception by DIMSE and DICOMweb.

Nothing here runs unless a user configured a node (:mod:`.nodes`) and asked for it.
"""
