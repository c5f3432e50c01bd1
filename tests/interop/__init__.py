"""Second opinions: programs that are not ours judge what we write."""
