"""The BLAS and OpenMP libraries: on disk, loaded, timed."""
