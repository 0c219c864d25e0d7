"""What the driver's layers say of it."""

from msgspec import Struct

from envdoctor.api import Gpu, Layer, LayerStatus, SetEnv, UnsetEnv, Variables, paths, table


class Answer(Struct, frozen=True):
    """A row of the table ``gpu_codes``: what it means when this layer answers with one of these codes, and the cure."""

    layer: str
    codes: tuple[int, ...]
    title: str
    cure: str
    when: tuple[str, ...] = ()


MISMATCH = {"nvml": 18, "cuda": 803}  # NVML_ERROR_LIB_RM_VERSION_MISMATCH, CUDA_ERROR_SYSTEM_DRIVER_MISMATCH


def layer(gpu: Gpu, name: str) -> Layer:
    """The layer of this name; absent where it was not looked for."""
    return next((item for item in gpu.layers if item.name == name), Layer(name=name, status=LayerStatus.ABSENT))


def unanswered(gpu: Gpu) -> Layer | None:
    """The layer that has something to say and did not: hung, crashed, refused."""
    items = [layer(gpu, name) for name in ("nvml", "cuda", "nvidia-smi")]
    return next((item for item in items if item.status in (LayerStatus.TIMED_OUT, LayerStatus.DENIED)), None) or next(
        (item for item in items if item.status is LayerStatus.NOT_ASKED), None
    )


def words_of(item: Layer) -> str:
    code = f"code {item.code}" if item.code else ""
    return f"{item.name}: {', '.join(filter(None, (item.status, code, item.detail)))}"


def denied(gpu: Gpu) -> bool:
    """Whether the GPU is there for others: NVML says so (4, NVML_ERROR_NO_PERMISSION), or its device files."""
    nvml, files = layer(gpu, "nvml").code == 4, [item.path for item in gpu.refused]
    return nvml or "/dev/nvidiactl" in files or any(path[11:].isdigit() for path in files)


def answer(gpu: Gpu, variables: Variables | None) -> Answer | None:
    """The row of the table ``gpu_codes`` for what the layers have answered: code, cause and cure."""
    true = _conditions(gpu, variables)
    codes = {item.name: item.code for item in gpu.layers if item.code}
    rows = table("gpu_codes", "code", Answer)
    return next((row for row in rows if codes.get(row.layer) in row.codes and true.issuperset(row.when)), None)


def _conditions(gpu: Gpu, variables: Variables | None) -> set[str]:
    devices = gpu.devices if isinstance(gpu.devices, list) else []
    nvidia = [item for item in devices if item.vendor == "nvidia"]
    library = layer(gpu, "cuda").library or ""
    held = {
        "container": gpu.container is not None,
        "bare": gpu.container is None and not gpu.wsl,
        "wsl": gpu.wsl,
        "mig": any(item.mig and not item.instances for item in nvidia),
        "nvml": layer(gpu, "nvml").status is LayerStatus.PRESENT and bool(nvidia),
        "compat": compatibility(gpu),
        "order": variables is not None and "CUDA_DEVICE_ORDER" in variables.variables,
        "foreign": paths.absolute(library) and not paths.inside(library, "/usr/lib/wsl"),
    }
    return {word for word, holds in held.items() if holds}


def compatibility(gpu: Gpu) -> bool:
    """Whether the libcuda that loads is of a cuda-compat folder."""
    return "/compat/" in (layer(gpu, "cuda").library or "")


def filled(text: str, gpu: Gpu) -> str:
    """The words of a row with the libcuda that loads, its folder and the driver's version."""
    library = layer(gpu, "cuda").library or "that libcuda"
    driver = gpu.driver if isinstance(gpu.driver, str) else "see nvidia-smi"
    folder = paths.parent(library) or library
    return text.replace("{library}", library).replace("{folder}", folder).replace("{driver}", driver)


def without(variable: str, folder: str, variables: Variables | None) -> SetEnv | UnsetEnv:
    """The variable without this folder or file: what else it names, such as the driver's own folder, stays."""
    value = variables.variables.get(variable, "") if variables is not None else ""
    rest = [part for part in value.split(":") if part and part != folder]
    title = f"take {folder} out of {variable}"
    return SetEnv({variable: ":".join(rest)}, title) if rest else UnsetEnv((variable,), title)
