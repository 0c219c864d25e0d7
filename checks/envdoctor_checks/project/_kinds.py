"""Environments that are no project's own, and the files that a project's own is held against."""

from envdoctor.api import IMAGES, NotApplicable, OriginKind, Patient

# What each tool's environment is held against; the others' files say nothing about it.
FILES: dict[OriginKind, tuple[str, ...]] = {
    OriginKind.CONDA_ENV: ("environment.yml", "conda-lock"),
    OriginKind.PIXI: ("pixi", "pixi.lock"),
    OriginKind.POETRY: ("poetry", "pyproject", "poetry.lock"),
    OriginKind.PDM: ("pyproject", "pdm.lock"),
    OriginKind.PIPENV: ("Pipfile", "Pipfile.lock"),
    OriginKind.UV_VENV: ("pyproject", "poetry", "requirements", "uv.lock", "pylock"),
}
# Those from which the tool can lay down all of it, and nothing else.
SYNCED: dict[OriginKind, tuple[str, ...]] = {
    OriginKind.CONDA_ENV: ("environment.yml",),
    OriginKind.PIXI: FILES[OriginKind.PIXI],
    OriginKind.POETRY: FILES[OriginKind.POETRY],
    OriginKind.PDM: ("pdm.lock",),
    OriginKind.PIPENV: ("Pipfile.lock",),
    OriginKind.UV_VENV: ("uv.lock",),
}
OTHERS = ("requirements", "pyproject", "poetry", "Pipfile", "Pipfile.lock", "pylock")


def not_an_image(patient: Patient) -> None:
    """Raises `NotApplicable` where the image is the environment."""
    image = next((overlay for overlay in patient.overlays if overlay in IMAGES), None)
    if image:
        raise NotApplicable(f"{image}: the image is the environment")
