"""PostgreSQL: the embedded server and everything that speaks SQL to one."""
