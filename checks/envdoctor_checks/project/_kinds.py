"""Environments that are no project's own."""

from envdoctor.api import NotApplicable, Patient

IMAGES = ("container", "colab", "kaggle", "databricks", "jupyterhub")  # there the image is the environment
SYSTEM = ("debian", "fedora", "alpine", "arch", "os-package", "homebrew", "xcode", "microsoft-store")
ROOTS = ("anaconda", "miniconda", "miniforge", "micromamba", "conda")


def not_an_image(patient: Patient) -> None:
    """Raises `NotApplicable` where the image is the environment."""
    image = next((overlay for overlay in patient.overlays if overlay in IMAGES), None)
    if image:
        raise NotApplicable(f"{image}: the image is the environment")
