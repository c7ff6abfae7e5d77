"""Files and memory: atomic folders, memory-mapped arrays, digests."""
