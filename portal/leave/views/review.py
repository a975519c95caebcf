"""What a medical reviewer looks at."""
