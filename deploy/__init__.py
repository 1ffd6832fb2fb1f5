"""What is deployed beside the code; packaged so that the migrations travel with it."""
