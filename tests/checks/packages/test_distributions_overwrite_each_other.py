"""PKG008 distributions-overwrite-each-other: loud and quiet."""

from typing import Any

import pytest

from envdoctor.engine.remedies import Manual
from envdoctor.facts import Collision, Distribution
from envdoctor.testing import SITE, distribution, findings, gpu, nvidia_device, packages
from envdoctor_checks.packages.distributions_overwrite_each_other import distributions_overwrite_each_other
from tests.checks.packages._shared import one


def collision(path: str, **claims: str) -> Collision:
    return Collision(path=f"{SITE}/{path}", claims=claims)


def test_different_contents_of_one_file_are_a_warning_naming_both() -> None:
    here = packages(
        distribution("one"),
        distribution("two"),
        collisions=[collision("cv2/cv2.so", one="sha256=a", two="sha256=b"), collision("cv2/x.py", one="a", two="b")],
    )
    finding = one(distributions_overwrite_each_other, packages=here)
    assert finding.subject == "one and two"
    assert "2 files" in finding.title


@pytest.mark.parametrize(
    "path, second", [("cv2/a.py", "x"), ("tests/a.py", "y"), ("nvidia/cu13/lib/libcudnn.so.9", "y"), ("setup.py", "y")]
)
def test_equal_contents_bystanders_and_nvidias_libraries_are_quiet(path: str, second: str) -> None:
    here = packages(distribution("one"), distribution("two"), collisions=[collision(path, one="x", two=second)])
    assert findings(distributions_overwrite_each_other, packages=here) == []


def test_of_two_that_share_files_the_one_that_is_required_stays_and_is_laid_down_anew() -> None:
    def remedy(*others: Distribution) -> Any:
        here = packages(
            distribution("one"), distribution("two"), *others, collisions=[collision("cv2/a.py", one="x", two="y")]
        )
        return one(distributions_overwrite_each_other, packages=here).remedies[0]

    assert (remedy().remove, remedy().install) == (("two",), ("one",))
    needing = remedy(distribution("app", "1", ["two>=1"]))
    assert (needing.remove, needing.install) == (("one",), ("two",))
    both = remedy(distribution("app", "1", ["two>=1"]), distribution("bpp", "1", ["one"]))
    assert isinstance(both, Manual) and "app requires two" in both.title


def test_with_a_gpu_the_build_for_it_stays() -> None:
    here = packages(
        distribution("onnxruntime"),
        distribution("onnxruntime-gpu"),
        collisions=[collision("onnxruntime/capi/x.py", **{"onnxruntime": "x", "onnxruntime-gpu": "y"})],
    )
    with_card: Any = one(distributions_overwrite_each_other, packages=here, gpu=gpu(nvidia_device())).remedies[0]
    assert (with_card.remove, with_card.install) == (("onnxruntime",), ("onnxruntime-gpu",))
    without: Any = one(distributions_overwrite_each_other, packages=here, gpu=gpu()).remedies[0]
    assert (without.remove, without.install) == (("onnxruntime-gpu",), ("onnxruntime",))
