"""Files and folders: atomic writes, memory-mapped arrays, digests."""
