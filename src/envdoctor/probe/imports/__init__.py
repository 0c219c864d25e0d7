"""Which modules cannot be imported: foretold from files, and tried in a child where that gives cause for doubt."""
