"""Words, units, colours and codes that every part of the program shares."""
