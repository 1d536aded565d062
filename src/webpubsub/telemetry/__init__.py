"""What is told to other systems about what the service and the host do: traces and metrics."""
