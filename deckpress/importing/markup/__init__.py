"""HTML and the Markdown of others in, blocks of this program's Markdown out."""
