"""Runs inside the patient: the checks that its packages register for RAPIDS' own doctor, one after the other.

``own_checks.py COOKIE NAME=MODULE:FUNCTION...``. A check that raises has failed, whatever it returns has passed
(https://docs.rapids.ai/api/rapids-cli/). Standard library only, old syntax: see `collector`.
"""

import json
import os
import sys

OUT = os.dup(1)
os.dup2(2, 1)  # what a check prints is not the answer


def report(cookie, name, ended, said):
    record = {"name": name, "ended": ended, "said": said[:2000]}
    data = ("\n" + cookie + json.dumps(record) + cookie + "\n").encode("ascii")
    while data:
        data = data[os.write(OUT, data) :]


def offered():
    """The arguments that RAPIDS' doctor hands to each check."""
    given = {"verbose": False}
    try:
        from rapids_cli.hardware import NvmlGpuInfo

        given["gpu_info"] = NvmlGpuInfo()
    except BaseException:
        pass
    return given


def fitting(function, given):
    """Those of the arguments that the check knows."""
    code = getattr(function, "__code__", None)
    if code is None or code.co_flags & 8:  # takes any
        return given
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return dict((name, value) for name, value in given.items() if name in names)


def main():
    cookie, points = sys.argv[1], sys.argv[2:]
    if sys.path[:1] == [os.path.dirname(os.path.abspath(__file__))]:
        del sys.path[0]
    sys.argv[1:] = []
    given = offered()
    for point in points:
        name, _, value = point.partition("=")
        module, _, attributes = value.partition(":")
        try:
            found = __import__(module, fromlist=["*"])
            for attribute in attributes.split("."):
                found = getattr(found, attribute)
        except (AttributeError, ImportError) as failure:  # RAPIDS' doctor passes over these, too
            report(cookie, name, "absent", "%s: %s" % (type(failure).__name__, failure))
            continue
        except BaseException as failure:
            report(cookie, name, "failed", "%s: %s" % (type(failure).__name__, failure))
            continue
        try:
            found(**fitting(found, given))
        except BaseException as failure:
            report(cookie, name, "failed", str(failure) or type(failure).__name__)
        else:
            report(cookie, name, "passed", "")
    os._exit(0)


if __name__ == "__main__":
    main()
