"""Pages of the staff, a folder a screen: its views, forms, words and rows."""
