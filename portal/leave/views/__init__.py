"""The pages of leave: employees, managers, reviewers, the HR desk."""
