"""webpubsub."""
