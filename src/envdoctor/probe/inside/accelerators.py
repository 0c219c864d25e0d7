"""Runs in a child of envdoctor: asks NVML, libcuda and at last nvidia-smi. Any of them may hang or crash.

Each answer is a fenced record, flushed, and before each question goes a record that names it. NVML is asked by
ctypes and not by nvidia-ml-py: a dozen functions of a frozen C interface, against one more run-time
dependency whose import alone takes longer than the questions. Standard library only.

Arguments: the cookie, then candidates as JSON: {"nvml": [...], "cuda": [...], "smi": path or null, "smi_seconds": 5};
"only": true asks libcuda alone, with CUDA_VISIBLE_DEVICES as it stands.
"""

import ctypes
import json
import os
import sys

COOKIE = sys.argv[1]
NAME = 96  # bytes: NVML_DEVICE_NAME_V2_BUFFER_SIZE


def report(section, value):
    text = COOKIE + json.dumps({"section": section, "value": value}) + COOKIE
    os.write(1, text.encode("ascii"))


def load(candidates):
    """The first library that loads, its name, and else the first telling reason why not."""
    reasons = []
    for name in candidates:
        try:
            loader = getattr(ctypes, "WinDLL", ctypes.CDLL)
            return loader(name), name, ""
        except OSError as error:
            reasons.append(str(error))
    telling = [reason for reason in reasons if "No such file" not in reason and "could not find" not in reason.lower()]
    return None, None, (telling or reasons or ["no library of this name"])[0]


def call(library, names, *arguments):
    """The return code of the first of ``names`` that the library has; None where it has none (13 in NVML's words)."""
    for name in names:
        function = getattr(library, name, None)
        if function is not None:
            return function(*arguments)
    return None


def refused(reason):
    if "Permission denied" in reason:
        return {"status": "denied", "detail": reason}
    absent = "No such file" in reason or "no library" in reason or "could not find" in reason.lower()
    return {"status": "absent" if absent else "failed", "detail": reason, "code": 12}


def text_of(library, names):
    buffer = ctypes.create_string_buffer(NAME)
    code = call(library, names, buffer, ctypes.c_uint(NAME))
    return buffer.value.decode("utf-8", "replace") if code == 0 else None


def number_of(library, names, handle=None, kind="c_int"):
    value = getattr(ctypes, kind)()
    arguments = [ctypes.byref(value)] if handle is None else [handle, ctypes.byref(value)]
    return value.value if call(library, names, *arguments) == 0 else None


def where(stem):
    """The file that was mapped, by /proc/self/maps."""
    try:
        with open("/proc/self/maps") as maps:
            for line in maps:
                path = line.rstrip("\n").partition("/")
                if stem in os.path.basename(path[2]):
                    return "/" + path[2]
    except (OSError, UnicodeDecodeError):
        pass
    return None


def nvml(candidates):
    library, name, reason = load(candidates)
    if library is None:
        return refused(reason)
    code = call(library, ["nvmlInit_v2"])
    if code is None:
        code = call(library, ["nvmlInitWithFlags"], ctypes.c_uint(0))
    if code is None:
        code = call(library, ["nvmlInit"])
    answer = {
        "library": where("libnvidia-ml.so") or name,
        "version": text_of(library, ["nvmlSystemGetNVMLVersion"]),
    }
    if code != 0:
        code = 13 if code is None else code
        answer.update(status="denied" if code in (4, 17) else "failed", code=code, detail=error_of(library, code))
        return answer
    count = number_of(library, ["nvmlDeviceGetCount_v2", "nvmlDeviceGetCount"], kind="c_uint")
    answer.update(
        status="present",
        code=0,
        driver=text_of(library, ["nvmlSystemGetDriverVersion"]),
        cuda=number_of(library, ["nvmlSystemGetCudaDriverVersion_v2", "nvmlSystemGetCudaDriverVersion"]),
        devices=[nvml_device(library, index) for index in range(min(count or 0, 256))],
    )
    call(library, ["nvmlShutdown"])
    return answer


def error_of(library, code):
    function = getattr(library, "nvmlErrorString", None)
    if function is None:
        return ""
    function.restype = ctypes.c_char_p
    return (function(ctypes.c_int(code)) or b"").decode("utf-8", "replace")


def nvml_device(library, index):
    class Memory(ctypes.Structure):
        _fields_ = [(name, ctypes.c_ulonglong) for name in ("total", "free", "used")]

    class Pci(ctypes.Structure):  # nvmlPciInfo_t, third version
        _fields_ = [("legacy", ctypes.c_char * 16)]
        _fields_ += [(name, ctypes.c_uint) for name in ("domain", "bus", "device", "id", "subsystem")]
        _fields_ += [("address", ctypes.c_char * 32)]

    handle = ctypes.c_void_p()
    names = ["nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetHandleByIndex"]
    code = call(library, names, ctypes.c_uint(index), ctypes.byref(handle))
    if code != 0:
        return {"code": 13 if code is None else code, "detail": error_of(library, code or 13)}
    device = {"code": 0}
    buffer = ctypes.create_string_buffer(NAME)
    if call(library, ["nvmlDeviceGetName"], handle, buffer, ctypes.c_uint(NAME)) == 0:
        device["name"] = buffer.value.decode("utf-8", "replace")
    major, minor = ctypes.c_int(), ctypes.c_int()
    if call(library, ["nvmlDeviceGetCudaComputeCapability"], handle, ctypes.byref(major), ctypes.byref(minor)) == 0:
        device["capability"] = "%d.%d" % (major.value, minor.value)
    memory = Memory()
    if call(library, ["nvmlDeviceGetMemoryInfo"], handle, ctypes.byref(memory)) == 0:
        device["memory"] = memory.total
    pci = Pci()
    if call(library, ["nvmlDeviceGetPciInfo_v3"], handle, ctypes.byref(pci)) == 0:
        device["pci"] = pci.address.decode("ascii", "replace").lower()
    if call(library, ["nvmlDeviceGetUUID"], handle, buffer, ctypes.c_uint(NAME)) == 0:
        device["uuid"] = buffer.value.decode("ascii", "replace")  # only compared with CUDA_VISIBLE_DEVICES
    current, pending = ctypes.c_uint(), ctypes.c_uint()
    if call(library, ["nvmlDeviceGetMigMode"], handle, ctypes.byref(current), ctypes.byref(pending)) == 0:
        device["mig"] = current.value == 1
    if device.get("mig"):
        device["instances"] = list(mig_instances(library, handle))
    return device


def mig_instances(library, handle):
    """The identifiers of a split device's parts, ``MIG-…``."""
    most = number_of(library, ["nvmlDeviceGetMaxMigDeviceCount"], handle, "c_uint") or 0
    for index in range(min(most, 16)):
        part = ctypes.c_void_p()
        names = ["nvmlDeviceGetMigDeviceHandleByIndex"]
        if call(library, names, handle, ctypes.c_uint(index), ctypes.byref(part)) != 0:
            continue
        buffer = ctypes.create_string_buffer(NAME)
        if call(library, ["nvmlDeviceGetUUID"], part, buffer, ctypes.c_uint(NAME)) == 0:
            yield buffer.value.decode("ascii", "replace")


def cuda(candidates):
    library, name, reason = load(candidates)
    if library is None:
        return refused(reason)
    answer = {"library": where("libcuda.so") or name, "version": number_of(library, ["cuDriverGetVersion"])}
    code = call(library, ["cuInit"], ctypes.c_uint(0))
    if code != 0:
        text = ctypes.c_char_p()
        call(library, ["cuGetErrorName"], ctypes.c_int(code or 0), ctypes.byref(text))
        detail = (text.value or b"").decode("ascii", "replace")
        answer.update(status="failed", code=-1 if code is None else code, detail=detail)
        return answer
    count = number_of(library, ["cuDeviceGetCount"]) or 0
    answer.update(status="present", code=0, devices=[cuda_device(library, index) for index in range(min(count, 256))])
    return answer


def cuda_device(library, index):
    handle = ctypes.c_int()
    code = call(library, ["cuDeviceGet"], ctypes.byref(handle), ctypes.c_int(index))
    if code != 0:
        return {"code": -1 if code is None else code}
    device = {"code": 0}
    buffer = ctypes.create_string_buffer(256)
    if call(library, ["cuDeviceGetName"], buffer, ctypes.c_int(256), handle) == 0:
        device["name"] = buffer.value.decode("utf-8", "replace")
    numbers = []
    for attribute in (75, 76):  # CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, _MINOR
        value = ctypes.c_int()
        if call(library, ["cuDeviceGetAttribute"], ctypes.byref(value), ctypes.c_int(attribute), handle) == 0:
            numbers.append(str(value.value))
    if len(numbers) == 2:
        device["capability"] = ".".join(numbers)
    memory = ctypes.c_size_t()
    if call(library, ["cuDeviceTotalMem_v2", "cuDeviceTotalMem"], ctypes.byref(memory), handle) == 0:
        device["memory"] = memory.value
    return device


def smi(path, seconds):
    """The last resort: only asked where NVML itself is not to be found."""
    import subprocess

    query = ["--query-gpu=name,compute_cap,memory.total,driver_version,pci.bus_id", "--format=csv,noheader,nounits"]
    try:
        child = subprocess.Popen([path] + query, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except OSError as error:
        return {"status": "denied" if error.errno == 13 else "failed", "detail": str(error)}
    try:
        said = child.communicate(timeout=seconds)[0].decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        child.kill()
        return {"status": "timed-out", "detail": "no answer in %g s" % seconds}
    if child.returncode != 0:
        return {"status": "failed", "code": child.returncode, "detail": said.strip().partition("\n")[0][:200]}
    rows = [[cell.strip() for cell in line.split(",")] for line in said.splitlines()]
    return {"status": "present", "rows": [row for row in rows if len(row) == 5]}


def main():
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    except Exception:
        pass
    wanted = json.loads(sys.argv[2])
    if wanted.get("only"):
        report("asking", "cuda")
        report("cuda", cuda(wanted["cuda"]))
        report("done", None)
        sys.stdout.flush()
        os._exit(0)
    report("asking", "nvml")
    answer = nvml(wanted["nvml"])
    report("nvml", answer)
    report("asking", "cuda")
    report("cuda", cuda(wanted["cuda"]))
    if wanted["smi"] and answer["status"] == "absent":
        report("asking", "nvidia-smi")
        report("nvidia-smi", smi(wanted["smi"], wanted["smi_seconds"]))
    report("done", None)
    sys.stdout.flush()
    os._exit(0)  # a library's exit handlers have nothing left to tell


main()
