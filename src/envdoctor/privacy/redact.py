"""What must not leave: credentials never, personal names only where the user asks for the raw truth.

`credentials` is applied to everything that is printed; `Redactor` makes a recording that can be
handed to somebody else.
"""

import re
from collections.abc import Mapping

# In a URL: user:password@ (a password may hold @, and a slash if nobody quoted it; a port is none), conda's
# /t/<token>/ (conda: conda/common/url.py, add_token / split_anaconda_token), and parameters named like a secret.
# None of them reaches beyond a quotation mark or a backslash, so that JSON stays JSON; none looks so far ahead from
# each place that a hostile text takes long.
_USERINFO = re.compile(r"://(?:[^\s/\"\\]*|[^\s/?#:@\"\\]*:(?!\d{1,5}(?:[/?#]|$))[^\s\"\\]*)@")
# The same without a scheme, as conda takes it in channels and aliases; an address or a digest is none.
_BARE = re.compile(
    r"(?<![^\s\"'`=,(\[{])(?!mailto:)[^\s/:@\"'`=,()\[\]{}\\]{1,256}:[^\s/@\"'`\\]{1,512}@(?=[A-Za-z0-9\[])(?!sha\d+:)"
)
_BARE_TOKEN = re.compile(r"(^|(?<=[\s,]))((?:[\w.-]+\.\w+(?::\d+)?/(?:[^\s,]*?/)?)?t/)[^/\s,]+")
_TOKEN = re.compile(r"((?:(?<!file)://|anaconda\.(?:org|com)/)(?:[^\s\"'\\]{0,512}?/)?t/)[^/\s\"'\\,;]+")
_QUERY = re.compile(
    r"([?&;#][^=&;?#\s\"\\]*(?:token|key|passw|pwd|secret|auth|sig|credential)[^=&;?#\s\"\\]*=)[^&\s#\"\\]+",
    re.IGNORECASE,
)

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
        "ZE_AFFINITY_MASK",
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
        "PROCESSOR_IDENTIFIER",
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

# Names that a user, a home or a host may have and that tell nobody apart; most are folders of every machine.
COMMON = """
admin anaconda app bin build conda container data debian default dev docker etc home jovyan lib local localhost
miniconda mnt numpy opt packages python root runner scipy share site site-packages srv src test tmp ubuntu user
users usr vagrant var venv vscode work
"""


def credentials(text: str) -> str:
    """``text`` without user names and passwords in URLs, conda tokens, and tokens in query strings."""
    if "@" in text:
        text = _BARE.sub("<redacted>@", _USERINFO.sub("://<redacted>@", text))
    if "/" not in text:
        return text
    if "/t/" in text:
        text = _TOKEN.sub(r"\1<redacted>", text)
    if "=" in text:
        text = _QUERY.sub(r"\1<redacted>", text)
    return text


def channel(text: str) -> str:
    """As `credentials`, of text that is known to name channels: a token may stand in a name, without a scheme."""
    return _BARE_TOKEN.sub(r"\1\2<redacted>", credentials(text)) if "t/" in text else credentials(text)


def allowed(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that may be recorded, without credentials in their values."""
    kept = {}
    for name in sorted(environ):
        upper = name.upper()
        if (name in VARIABLES or upper.startswith(PREFIXES)) and not any(word in upper for word in _SECRET):
            kept[name] = channel(environ[name]) if "CHANNEL" in upper else credentials(environ[name])
    return kept


def shareable(value: object) -> object:
    """A copy of a JSON document whose strings are without credentials; keys are names, and stay."""
    if isinstance(value, str):
        return credentials(value)
    if isinstance(value, dict):
        return {key: shareable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [shareable(item) for item in value]
    return value


class Redactor:
    """Takes home, user and host out of strings, however deep they lie in a document.

    A user or host name is replaced where it stands alone, between characters that can't belong to
    a name; names of one or two letters and such as every machine has (``root``) stay. The folder
    that ``home`` is called counts as a user name, too.
    """

    _COMMON = frozenset(COMMON.split())

    def __init__(self, home: str, user: str, host: str) -> None:
        home = home.rstrip("/\\")
        folder = home.replace("\\", "/").rpartition("/")[2]
        words = {user: "<user>", folder: "<user>", host: "<host>", host.partition(".")[0]: "<host>"}
        self._names = [
            (re.compile(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])", re.IGNORECASE), word)
            for name, word in sorted(words.items(), key=lambda pair: -len(pair[0]))
            if len(name) > 2 and name.lower() not in self._COMMON
        ]
        self._home: re.Pattern[str] | None = None
        if len(home) > 1:
            windows = home[1:2] == ":"  # where case doesn't matter, nor which way the slashes lean
            path = r"[/\\]+".join(map(re.escape, re.split(r"[/\\]", home))) if windows else re.escape(home)
            self._home = re.compile(rf"(?<![\w.~]){path}(?![\w-]|\.\w)", re.IGNORECASE if windows else 0)

    def text(self, text: str) -> str:
        text = credentials(text)
        if self._home:
            text = self._home.sub("~", text)
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
