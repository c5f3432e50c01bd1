"""Topics and meetings of a line: what is filed, who spoke as what, what contradicts what; what is arranged and held."""
