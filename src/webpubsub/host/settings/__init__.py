"""What an app and its host are set to, and the files that say it."""
