"""GPU005 nvidia-files-collide: loud and quiet."""

from typing import Any

from envdoctor.engine.remedies import Manual, Replace
from envdoctor.engine.rules import Severity
from envdoctor.facts import Collision
from envdoctor.fixes import Toolbox
from envdoctor.testing import SITE, distribution, facts, findings, outcome, packages
from envdoctor_checks.gpu.nvidia_files_collide import nvidia_files_collide
from tests.support.cures import argv


def cudnn(first: str = "sha256=a", second: str = "sha256=b", **requires: list[str]) -> Any:
    """Both cuDNNs, whose RECORDs give these hashes to two libraries; ``torch``, say, requires what is given."""
    claims = {"nvidia-cudnn-cu12": first, "nvidia-cudnn-cu13": second}
    return packages(
        distribution("nvidia-cudnn-cu12", "9.28.0.42"),
        distribution("nvidia-cudnn-cu13", "9.28.1.4"),
        *(distribution(name, requires=lines) for name, lines in requires.items()),
        collisions=[
            Collision(path=f"{SITE}/nvidia/cudnn/lib/{name}", claims=claims)
            for name in ("libcudnn.so.9", "libcudnn_ops.so.9")
        ],
    )


def test_two_wheels_with_one_library_collide() -> None:
    wanted = cudnn(torch=["nvidia-cudnn-cu12==9.28.0.42; platform_system == 'Linux'"])
    (finding,) = findings(nvidia_files_collide, packages=wanted)
    assert (finding.rule.code, finding.severity) == ("GPU005", Severity.ERROR)
    assert finding.subject == "nvidia-cudnn-cu12 and nvidia-cudnn-cu13"
    assert finding.remedies == (
        Replace(
            ("nvidia-cudnn-cu13",),
            ("nvidia-cudnn-cu12==9.28.0.42",),
            title="remove nvidia-cudnn-cu13, which nothing here asks for, then put the files of nvidia-cudnn-cu12 back",
        ),
    )
    steps = Toolbox(facts(packages=wanted)).fix(finding.remedies[0], "GPU005").steps
    assert [argv(step)[2] for step in steps] == ["uninstall", "install"]


def test_what_is_asked_for_twice_needs_two_environments() -> None:
    wanted = cudnn(torch=["nvidia-cudnn-cu13"], other=["nvidia-cudnn-cu12>=9"])
    (finding,) = findings(nvidia_files_collide, packages=wanted)
    assert isinstance(finding.remedies[0], Manual)


def test_the_same_files_are_a_warning() -> None:
    (finding,) = findings(nvidia_files_collide, packages=cudnn("sha256=a", "sha256=a"))
    assert finding.severity == Severity.WARNING


def test_wheels_that_share_nothing_or_only_python_files_are_quiet() -> None:
    wheels = (distribution("nvidia-cublas-cu12"), distribution("nvidia-nvtx-cu12"))
    claims = {"nvidia-cublas-cu12": "sha256=a", "nvidia-nvtx-cu12": "sha256=b"}
    module = Collision(path=f"{SITE}/nvidia/shared.py", claims=claims)
    assert findings(nvidia_files_collide, packages=packages(*wheels, collisions=[module])) == []
    assert outcome(nvidia_files_collide).status == "not-applicable"
