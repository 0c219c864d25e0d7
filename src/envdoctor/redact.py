"""What must not leave: credentials never, personal names only where the user asks for the raw truth.

`credentials` is applied to everything that is printed; `Redactor` makes a recording that can be
handed to somebody else.
"""

import re
from collections.abc import Mapping

# scheme://user:password@host, and conda's /t/<token>/ (conda: conda/common/url.py, add_token / split_anaconda_token)
_USERINFO = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)[^/\s@\"']*@")
_TOKEN = re.compile(r"((?:://|anaconda\.(?:org|com)/)(?:[^\s\"']*?/)?t/)[^/\s\"']+")
_QUERY = re.compile(r"(?i)([?&](?:token|access_token|key|api_key|password|auth|signature|sig)=)[^&\s#\"']+")

VARIABLES = frozenset(
    [
        "PATH",
        "SHELL",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "TERM_PROGRAM",
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "CONDA_DEFAULT_ENV",
        "CONDA_SHLVL",
        "CONDA_ROOT",
        "CONDA_EXE",
        "CONDA_PYTHON_EXE",
        "CONDARC",
        "MAMBARC",
        "MAMBA_ROOT_PREFIX",
        "MAMBA_EXE",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_CACHE_HOME",
        "GOTO_NUM_THREADS",
        "LD_LIBRARY_PATH",
        "LD_PRELOAD",
        "LD_AUDIT",
        "DYLD_LIBRARY_PATH",
        "DYLD_INSERT_LIBRARIES",
        "DYLD_FALLBACK_LIBRARY_PATH",
        "NUMBA_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "NUMEXPR_MAX_THREADS",
        "RAYON_NUM_THREADS",
        "POLARS_MAX_THREADS",
        "PYTEST_XDIST_WORKER",
        "PYTEST_XDIST_WORKER_COUNT",
        "JOBLIB_START_METHOD",
        "LOKY_MAX_CPU_COUNT",
        "container",
        "WSL_DISTRO_NAME",
        "WSL_INTEROP",
        "KUBERNETES_SERVICE_HOST",
        "COLAB_RELEASE_TAG",
        "COLAB_GPU",
        "KAGGLE_KERNEL_RUN_TYPE",
        "DATABRICKS_RUNTIME_VERSION",
        "JUPYTERHUB_USER",
        "JUPYTER_PATH",
        "JUPYTER_DATA_DIR",
        "JUPYTER_CONFIG_DIR",
        "JUPYTER_PREFER_ENV_PATH",
        "JPY_PARENT_PID",
        "SPYDER_ARGS",
        "VSCODE_PID",
        "EBROOTPYTHON",
        "LOADEDMODULES",
        "MODULEPATH",
        "LMOD_VERSION",
        "SPACK_ROOT",
        "SPACK_ENV",
        "PYENV_ROOT",
        "PYENV_VERSION",
        "PYENV_VIRTUAL_ENV",
        "MISE_DATA_DIR",
        "ASDF_DATA_DIR",
        "ASDF_DIR",
        "POETRY_ACTIVE",
        "POETRY_HOME",
        "PIPX_HOME",
        "UV_PYTHON_INSTALL_DIR",
        "UV_PROJECT_ENVIRONMENT",
        "UV_TOOL_DIR",
        "UV_CACHE_DIR",
        "UV_TORCH_BACKEND",
        "PIXI_PROJECT_ROOT",
        "PIXI_ENVIRONMENT_NAME",
        "PIXI_IN_SHELL",
        "PIXI_HOME",
        "PIP_REQUIRE_VIRTUALENV",
        "PIP_USER",
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_INDEX_URL",
        "PIP_EXTRA_INDEX_URL",
        "UV_INDEX_URL",
        "UV_DEFAULT_INDEX",
        "UV_EXTRA_INDEX_URL",
        "UV_INDEX",
        "CUDA_VISIBLE_DEVICES",
        "CUDA_HOME",
        "CUDA_PATH",
        "CUDA_DEVICE_ORDER",
        "NVIDIA_VISIBLE_DEVICES",
        "NVIDIA_DRIVER_CAPABILITIES",
        "HIP_VISIBLE_DEVICES",
        "ROCR_VISIBLE_DEVICES",
        "ROCM_PATH",
        "JAX_PLATFORMS",
        "XLA_FLAGS",
        "SLURM_CPUS_PER_TASK",
        "SLURM_CPUS_ON_NODE",
        "SLURM_NTASKS",
        "SLURM_JOB_ID",
        "PBS_NUM_PPN",
        "NCPUS",
        "PROCESSOR_ARCHITECTURE",
        "PROCESSOR_ARCHITEW6432",
        "SYSTEMROOT",
        "CI",
        "GITHUB_ACTIONS",
        "USE_PATH_FOR_GDAL_PYTHON",
    ]
)
PREFIXES = (
    "OPENBLAS_",
    "OMP_",
    "MKL_",
    "KMP_",
    "GOMP_",
    "BLIS_",
    "VECLIB_",
    "NVPL_",
    "ARMPL_",
    "FLEXIBLAS",
    "PYTHON",
    "CONDA_",
    "DASK_",
)
_SECRET = ("TOKEN", "PASSW", "SECRET", "KEY", "AUTH", "CREDENTIAL")


def credentials(text: str) -> str:
    """``text`` without user names and passwords in URLs, conda tokens, and tokens in query strings."""
    if "/" not in text:
        return text
    if "@" in text:
        text = _USERINFO.sub(r"\g<scheme><redacted>@", text)
    if "/t/" in text:
        text = _TOKEN.sub(r"\1<redacted>", text)
    if "=" in text:
        text = _QUERY.sub(r"\1<redacted>", text)
    return text


def allowed(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that may be recorded, without credentials in their values."""
    kept = {}
    for name in sorted(environ):
        upper = name.upper()
        if (name in VARIABLES or upper.startswith(PREFIXES)) and not any(word in upper for word in _SECRET):
            kept[name] = credentials(environ[name])
    return kept


class Redactor:
    """Takes home, user and host out of strings, however deep they lie in a document.

    A user or host name is replaced where it stands alone, between characters that can't belong to
    a name; names of one or two letters and such as every machine has (``root``) stay.
    """

    _COMMON = frozenset(
        {"root", "user", "home", "localhost", "admin", "ubuntu", "debian", "python", "conda", "jovyan", "runner"}
    )

    def __init__(self, home: str, user: str, host: str) -> None:
        self._home = home.rstrip("/\\")
        self._names = [
            (re.compile(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])"), word)
            for name, word in ((user, "<user>"), (host, "<host>"), (host.partition(".")[0], "<host>"))
            if len(name) > 2 and name not in self._COMMON
        ]
        self._homes = re.compile(rf"{re.escape(self._home)}(?=$|[/\\:;\s\"'<>,)])") if len(self._home) > 1 else None

    def text(self, text: str) -> str:
        text = credentials(text)
        if self._homes:
            text = self._homes.sub("~", text)
        for pattern, word in self._names:
            text = pattern.sub(word, text)
        return text

    def document(self, value: object) -> object:
        """A copy of a JSON document with every string redacted, keys too."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(str(key)): self.document(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.document(item) for item in value]
        return value
