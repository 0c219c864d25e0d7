"""What a project's files declare: each format read into requirements with file and line. Parsers are pure."""
