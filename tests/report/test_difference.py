"""`envdoctor diff` names every difference of two environments, and nothing else."""

import json

from envdoctor.facts import Facts, Missing
from envdoctor.report.difference import Change, compare, render, render_json
from envdoctor.report.formats import Style
from envdoctor.testing import (
    SITE,
    blas,
    changed,
    cpu,
    distribution,
    environment,
    facts,
    interpreter,
    openblas,
    packages,
    prefix,
)


def one() -> Facts:
    return facts(
        packages=packages(distribution("numpy", "2.0"), distribution("six", "1.16"), distribution("idna", "3.0")),
        blas=blas(openblas("numpy", threads=4)),
    )


def test_the_same_environment_in_another_place_is_no_difference() -> None:
    moved = "/srv/other"
    there = changed(
        one(),
        prefix=prefix(path=moved, executable=f"{moved}/bin/python"),
        interpreter=interpreter(
            prefix=moved, sys_path=["/usr/lib/python3.12", f"{moved}/lib/python3.12/site-packages"]
        ),
        packages=packages(
            *(changed(item, location=moved, path=f"{moved}/{item.name}") for item in one().packages.distributions)  # type: ignore[union-attr]
        ),
        recorded="2027-01-01T00:00:00Z",
    )
    assert compare(one(), there) == []
    assert render([], Style()) == "no difference\n"


def test_added_removed_changed_other_blas_and_other_threads_are_told_apart() -> None:
    mkl = changed(openblas("numpy", threads=2), vendor="mkl", version="2025.1", architecture=None)
    other = facts(
        packages=packages(distribution("numpy", "2.1"), distribution("six", "1.16"), distribution("tomli", "2.0")),
        blas=blas(mkl),
        cpu=cpu(8),
        environment=environment(OMP_NUM_THREADS="2"),
    )
    changes = compare(one(), other)
    assert changes == [
        Change("packages", "idna", "3.0", None, "removed"),
        Change("packages", "numpy", "2.0", "2.1", "changed"),
        Change("packages", "tomli", None, "2.0", "added"),
        Change("blas", "numpy", "openblas 0.3.31", "mkl 2025.1", "changed"),
        Change("blas", "numpy: kernels", "Haswell", None, "removed"),
        Change("threads", "numpy", "4", "2", "changed"),
        Change("environment", "OMP_NUM_THREADS", None, "2", "added"),
        Change("cpu", "affinity", "4", "8", "changed"),
        Change("cpu", "logical", "4", "8", "changed"),
        Change("cpu", "usable", "4", "8", "changed"),
    ]
    text = render(changes, Style())
    assert "  - idna 3.0\n  ~ numpy 2.0 → 2.1\n  + tomli 2.0\n" in text
    document = json.loads(render_json(changes))
    assert document["changes"][1] == {
        "section": "packages", "what": "numpy", "before": "2.0", "after": "2.1", "kind": "changed"
    }  # fmt: skip


def test_what_is_not_known_on_both_sides_is_no_difference_and_on_one_side_it_is() -> None:
    unread = [changed(one(), blas=Missing(why)) for why in ("signal 11", "no answer in 10 s")]
    assert compare(*unread) == []
    assert Change("blas", "(all)", None, "?", "added") in compare(one(), unread[0])


def test_a_folder_put_on_the_path_and_an_editable_project_are_differences() -> None:
    other = changed(
        one(),
        interpreter=interpreter(sys_path=["/home/ada/lib", "/usr/lib/python3.12", SITE]),
        packages=packages(
            *one().packages.distributions,  # type: ignore[union-attr]
            distribution("fit", editable=True),
        ),
    )
    assert compare(one(), other) == [
        Change("python", "further folders on sys.path", None, "/home/ada/lib", "added"),
        Change("packages", "fit", None, "1.0 (editable)", "added"),
    ]
