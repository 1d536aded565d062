"""Workers in processes of their own: how they are started, spoken to, and replaced."""
