"""Environments that are no project's own."""

from envdoctor.api import IMAGES, NotApplicable, Patient, Project, is_doctors_own, paths


def not_an_image(patient: Patient) -> None:
    """Raises `NotApplicable` where the image is the environment."""
    image = next((overlay for overlay in patient.overlays if overlay in IMAGES), None)
    if image:
        raise NotApplicable(f"{image}: the image is the environment")


def not_the_doctors(patient: Patient, project: Project) -> None:
    """Raises `NotApplicable` where the environment is the one that envdoctor lies in, and not in the project's folder."""
    if is_doctors_own(patient.chosen) and not (
        project.environment_of and paths.within(project.root, project.environment_of)
    ):
        raise NotApplicable("no environment of the project was found: this is the one that envdoctor is installed in")
