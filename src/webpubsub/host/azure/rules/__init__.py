"""What can be wrong with an app that is to run on Azure, one module for each place to look at."""
