"""What a visit needs: phases, resources and variations of its type."""
