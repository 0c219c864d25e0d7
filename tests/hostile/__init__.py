"""What envdoctor must survive, and what it must never do: patients, recordings, files and limits that are out to harm."""
