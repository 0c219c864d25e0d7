"""Is this the base environment, and one that somebody keeps?"""

from envdoctor.api import IMAGES, Conda, CondaBase, NotApplicable, Overlay, Patient


def require_base(conda: Conda, patient: Patient) -> None:
    if not conda.is_base:
        raise NotApplicable("not the base environment")
    image = next((overlay for overlay in patient.overlays if overlay in IMAGES), None)
    made_here = isinstance(conda.base, CondaBase) and conda.base.younger_than_container
    if image and not (image == Overlay.CONTAINER and made_here):
        raise NotApplicable(f"in this {image} the image is the environment")
