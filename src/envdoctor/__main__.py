"""``python -m envdoctor``: the patient is the Python that runs it."""

from envdoctor.start import main

if __name__ == "__main__":
    main(as_module=True)
