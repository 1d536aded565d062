"""What an app would meet on Azure, found out before it is there."""
