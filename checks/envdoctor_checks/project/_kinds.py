"""Environments that are no project's own."""

from envdoctor.api import IMAGES, NotApplicable, Patient


def not_an_image(patient: Patient) -> None:
    """Raises `NotApplicable` where the image is the environment."""
    image = next((overlay for overlay in patient.overlays if overlay in IMAGES), None)
    if image:
        raise NotApplicable(f"{image}: the image is the environment")
