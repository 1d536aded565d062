"""The page that shows what goes on in a service and in the app behind it."""
