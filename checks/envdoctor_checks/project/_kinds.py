"""Environments that are no project's own, and the files that a project's own is held against."""

from envdoctor.api import IMAGES, NotApplicable, OriginKind, Patient

# What each tool's environment is held against; the others' files say nothing about it.
FILES: dict[str, tuple[str, ...]] = {
    OriginKind.CONDA_ENV: ("environment.yml", "conda-lock"),
    OriginKind.PIXI: ("pixi", "pixi.lock"),
    OriginKind.POETRY: ("poetry", "pyproject", "poetry.lock"),
    "pdm": ("pyproject", "pdm.lock"),
    OriginKind.UV_VENV: ("pyproject", "poetry", "requirements", "uv.lock", "pylock"),
}
OTHERS = ("requirements", "pyproject", "poetry", "Pipfile", "Pipfile.lock", "pylock")


def not_an_image(patient: Patient) -> None:
    """Raises `NotApplicable` where the image is the environment."""
    image = next((overlay for overlay in patient.overlays if overlay in IMAGES), None)
    if image:
        raise NotApplicable(f"{image}: the image is the environment")
