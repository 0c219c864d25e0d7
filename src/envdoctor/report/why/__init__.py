"""From an error text to what it means, what is so here and what to do: the text is looked at, never run.

`text` makes any text short and plain, `traceback` reads frames and errors, `clues` what the text names,
`symptoms` knows what errors mean, `modules` what is imported by which name, and `explain` puts it together.
"""
