"""What must not leave: credentials never, personal names only where the user asks for the raw truth.

`credentials` is applied to everything that is printed; `Redactor` makes a recording that can be
handed to somebody else.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from envdoctor.privacy.lazy import pattern

# In a URL: user:password@ (a password may hold @, and a slash if nobody quoted it; a port is none), conda's
# /t/<token>/ (conda: conda/common/url.py, add_token / split_anaconda_token), and parameters named like a secret.
# None of them reaches beyond a quotation mark or a backslash, so that JSON stays JSON; none looks so far ahead from
# each place that a hostile text takes long.
_USERINFO = pattern(r"://(?:[^\s/\"\\]*|[^\s/?#:@\"\\]*:(?!\d{1,5}(?:[/?#]|$))[^\s\"\\]*)@")
# The same without a scheme, as conda takes it in channels and aliases; an address or a digest is none.
_BARE = pattern(
    r"(?<![^\s\"'`=,(\[{])(?!mailto:)[^\s/:@\"'`=,()\[\]{}\\]{1,256}:[^\s/@\"'`\\]{1,512}@(?=[A-Za-z0-9\[])(?!sha\d+:)"
)
_BARE_TOKEN = pattern(r"(^|(?<=[\s,]))((?:[\w.-]+\.\w+(?::\d+)?/(?:[^\s,]*?/)?)?t/)[^/\s,]+")
_TOKEN = pattern(r"((?:(?<!file)://|anaconda\.(?:org|com)/)(?:[^\s\"'\\]{0,512}?/)?t/)[^/\s\"'\\,;]+")
_QUERY = pattern(
    r"([?&;#][^=&;?#\s\"\\]*(?:token|key|passw|pwd|secret|auth|sig|credential|jwt|session|ticket|assertion|bearer)"
    r"[^=&;?#\s\"\\]*=|[?&](?:pat|code|sid|otp|pin|nonce|state|login|user|access)=)[^&\s#\"\\]+",
    re.IGNORECASE,
)
# A parameter by any other name, whose value is long, or letters and digits mixed: signed addresses have many names.
_VALUE = pattern(r"([?&][^=&;?#\s\"\\<>]{1,64}=)(?=[^&\s#\"\\]*\d|[^&\s#\"\\]{16})([^&\s#\"\\<>]{8,})")
# The pieces of an entry that was cut at its colons, as PYTHONPATH's are.
_CUT = pattern(r"((?<![^\s\"'=:,])//?)[^\s/:@\"'\\]{1,256}:[^\s/@\"'\\]{1,512}@(?=[A-Za-z0-9\[])")
# An option or a setting that is named like a secret, and what follows it.
_NAMED = (
    r"(?:(?:auth|access|refresh|id|my|api|session|bearer|user|client|deploy|hub|git(?:hub|lab)?)?token|[a-z]{0,12}passw(?:or)?d|mysql_pwd|passphrase|secret|api[_-]?key|[a-z]{0,12}access[_-]?key|account[_-]?key"
    r"|private[_-]?key|credentials?)"
)
_OPTION = pattern(
    rf"((?<![\w-])(?!--remove-key\b)--?(?:[\w.-]{{1,40}}[._-])?(?:{_NAMED}|pat|auth|key)(?:=|\s+(?!-))(?:\\?[\"'])?)[^\s\"'\\,;]+",
    re.IGNORECASE,
)
_SETTING = pattern(
    rf"((?<![A-Za-z0-9])(?:[A-Za-z0-9]{{1,40}}[_-]){{0,3}}{_NAMED}[ \t]?=[ \t]?)"
    r"(?!=)(?:(\\?[\"'])[^\"'\\]+|[^\s\"'\\,;&<>]+)",
    re.IGNORECASE,
)
# A variable whose name ends like a secret's, and a connection string's `Pwd`; a path is none, and PWD is where one stands.
_VARIABLE = pattern(
    r"((?<![A-Za-z0-9_])(?:[A-Z][A-Z0-9_]{1,40}_(?:KEY|PAT|PWD|PASS|CREDS?|DSN|AUTH)|[Pp]wd)=\\?[\"']?)(?![/~.$<])[^\s\"'\\,;&<>]{6,}"
)
_ELEMENT = pattern(rf"(<(?:[A-Za-z]{{1,40}}[_:-])?{_NAMED}>)[^<\n]+(?=</)", re.IGNORECASE)
# The same in JSON and in Python's words (a quotation mark may be written with a backslash), and in YAML, where a name
# that may stand before any colon ("invalid token: x") counts with more before it only.
_QUOTED = pattern(
    rf"([\"'](?:[A-Za-z0-9]{{1,40}}[_-]){{0,3}}(?:{_NAMED}|_?auth)\\?[\"']\s{{0,8}}[:=]\s{{0,8}}\\?[\"'])[^\"'\\]+",
    re.IGNORECASE,
)
_YAML = pattern(
    r"((?<![A-Za-z0-9])(?:(?:[A-Za-z0-9]{1,40}[_-]){1,3}(?:token|secret)|(?:[A-Za-z0-9]{1,40}[_-]){0,3}"
    r"(?:[a-z]{0,12}passw(?:or)?d|passphrase|api[_-]?key|access[_-]?key|private[_-]?key)): +)[^\s\"'\\,;]{6,}",
    re.IGNORECASE,
)
# A name and a password for curl, wget, a registry; numbers are of a user and a group, and a backslash is of a path.
_LOGIN = pattern(
    r"((?<!\S)(?:-u|-U|--user|--proxy-user|--auth)[ =][\"']?[^\s:\"'/]{1,256}:)(?!\d+(?:\s|$))[^\s\"'\\/][^\s\"'\\]*"
    r"|(\blogin\b[^\n\"'\\]{0,200}?\s(?:-p|--password)[ =])(?![/~.])[^\s\"'\\]+"
    r"|(\blogin\s{1,8}\S{1,256}\s{1,8}passw(?:or)?d\s{1,8})\S+"
)
# What other commands are told: uploading, a shell with a password, a setting of Poetry's, variables in csh, fish and cmd.
_TOLD = pattern(
    r"((?:\b(?:twine|sshpass|hatch|flit)\b[^\n\"'\\]{0,200}?\s-[pa]|\bmysql(?:dump)?\b[^\n\"'\\]{0,200}?\s-p)[ =]?[\"']?"
    r"|\bpoetry config (?:--\S{1,40} )?(?:pypi-token\.\S{1,80}|http-basic\.\S{1,80} \S{1,80}) [\"']?"
    r"|\b(?:setx|setenv|set -\w{1,4}) \w{0,40}(?:TOKEN|SECRET|PASSWORD|_KEY|_PAT|_PWD|CREDENTIALS?)\w{0,20} [\"']?)(?![/~.])[^\s\"'\\]+"
)
_BLOCK = pattern(r"(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----)(?:(?!-----)[^\"']){1,16384}")
_HEADER_LINE = pattern(
    r"(\b(?:x-[a-z-]{0,30}(?:key|token|auth)|private-token|(?:set-)?cookie): *)(?!<redacted>)[^\s\"'\\][^\n\"'\\]*",
    re.IGNORECASE,
)
_HEADER = pattern(
    r"((?:\bbearer|\bbasic|\bauthorization:(?: +token)?) +)(?!bearer|basic)[A-Za-z0-9+/=._~-]{8,}", re.IGNORECASE
)
# Secrets that are known by their form; each maker documents its own
# (https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns).
_FORM = pattern(
    r"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9_]{6,}|github_pat_[A-Za-z0-9_]{6,}|gl(?:pat|dt|rtr?|cbt|ptt|ft|imt|agent|wt|soat|ffct|oas)-[A-Za-z0-9_=-]{8,}"
    r"|xox[abeoprs]-[A-Za-z0-9-]{6,}|pypi-[A-Za-z0-9_-]{32,}|hf_[A-Za-z0-9]{16,}|sk-(?:[a-z]+-)*[A-Za-z0-9_-]{16,}"
    r"|(?:AKIA|ASIA)[A-Z0-9]{12,}|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9._-]{4,}|AIza[A-Za-z0-9_-]{30,}|npm_[A-Za-z0-9]{30,}"
    r"|xapp-[A-Za-z0-9-]{16,}|dckr_pat_[A-Za-z0-9_-]{16,}|do[opr]_v1_[a-f0-9]{32,}|[sr]k_(?:live|test)_[A-Za-z0-9]{16,}"
    r"|nvapi-[A-Za-z0-9_-]{32,}|gls[ac]_[A-Za-z0-9_]{32,}|r8_[A-Za-z0-9]{30,}|gsk_[A-Za-z0-9]{30,}"
    r"|ya29\.[A-Za-z0-9_-]{16,}|1//0[A-Za-z0-9_-]{24,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|hvs\.[A-Za-z0-9_-]{20,}"
    r"|\d{8,10}:AA[A-Za-z0-9_-]{32,}|dapi[a-f0-9]{32}|LTAI[A-Za-z0-9]{12,}|AKCp[A-Za-z0-9]{50,}|cmVmdGtu[A-Za-z0-9]{50,})"
)
# Whether one of them may be there, told by what ends its beginning: looked for from there, as letters are many.
_FORMS = pattern(
    "_(?:(?<=gh[pousr]_)|(?<=github_pat_)|(?<=hf_)|(?<=npm_)|(?<=[sr]k_)|(?<=dckr_pat_)|(?<=_v1_)|(?<=gls[ac]_))"
)
_WORD_FORMS = ("AKIA", "ASIA", "AIza", "dapi", "LTAI", "AKCp", "cmVm")  # of those that are letters and digits alone
_HYPHENED = pattern(
    "-(?:(?<=xox[a-z]-)|(?<=xapp-)|(?<=pypi-)|(?<=sk-)|(?<=nvapi-)|(?<=gl[a-z]{2}-)|(?<=gl[a-z]{3}-)|(?<=gl[a-z]{4}-)|(?<=gl[a-z]{5}-))"
)
_SECRETS = pattern("(?i:token|passw(?:or)?d|_pwd|passphrase|secret|key|credential|-pat|[-\"']_?auth)[\"'\\\\=:_ >-]")
# A word of a path that is no word: letters and digits change places three times, as in a token.
_URL_PATH = pattern(r"(?<!file)://([^\s/\"'\\<>@]{1,253}@)?([^\s/\"'\\@]{1,253})/([^\s\"'\\?#]{8,2048})")
_TOKENLIKE = pattern(r"(?=[A-Za-z0-9_-]{8,}\Z)(?:[A-Za-z_-]*\d+[A-Za-z]+){2}[A-Za-z_-]*\d*[A-Za-z0-9_-]*\Z")
_PUBLIC = (
    *("pypi.org", "pythonhosted.org", "pytorch.org", "nvidia.com", "github.com", "gitlab.com", "bitbucket.org"),
    *("anaconda.org", "anaconda.com", "conda-forge.org", "prefix.dev", "python.org", "debian.org", "numpy.org", "intel.com"),
    *("readthedocs.io", "googleapis.com", "wikipedia.org", "githubusercontent.com", "github.io"),
)  # fmt: skip
_HOST = pattern(r"(://)(?!(?:[^\s/]*\.)?(?:pypi\.org|pytorch\.org|nvidia\.com)(?:/|$))([^\s/?#]+)[^\s,]*")
_LONE_OPTION = pattern(rf"(?!--remove-key\b)--?(?:[\w-]{{1,40}}[_-])?(?:{_NAMED}|pat|auth|key)", re.IGNORECASE)
_SECRET_KEY = pattern(rf"(?:[A-Za-z0-9]{{1,40}}[_-]){{0,3}}{_NAMED}", re.IGNORECASE)
_SECRET_WORDS = ("token", "pass", "pwd", "secret", "key", "credential")  # one of them is in whatever `_NAMED` knows
_PASSWORD = pattern(r"://[^\s/:@]*:([^\s/@]{6,})@")
# Where a folder of the address is the token (https://help.cloudsmith.io/docs/entitlements#token-usage,
# https://packagecloud.io/docs#token_auth, https://gemfury.com/guide/private-repo/).
_FOLDER = pattern(
    r"(://(?:dl\.cloudsmith\.io/(?!public/|basic/|<)|packagecloud\.io/priv/(?!<)|(?:[\w.-]+\.)?fury\.io/(?!<)))[^/\s\"'\\]+"
)
# Addresses that are a secret as a whole: who has one may send (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/,
# https://discord.com/developers/docs/resources/webhook).
_HOOK = pattern(
    r"(://(?:hooks\.slack\.com/(?:services|workflows)|discord(?:app)?\.com/api/webhooks|[\w.-]{0,80}office\.com/webhookb?2?)/)[^\s\"'\\<]+"
)

VARIABLES = frozenset(
    [
        *("MPLBACKEND", "KERAS_BACKEND", "TF_USE_LEGACY_KERAS", "PYQTGRAPH_QT_LIB", "ETS_TOOLKIT", "MODIN_ENGINE"),
        *("DGLBACKEND", "GEOMSTATS_BACKEND", "NUMBA_DISABLE_JIT", "NUMBA_ENABLE_CUDASIM", "JAX_DISABLE_JIT"),
        "TORCHDYNAMO_DISABLE",
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
        "NVIDIA_TF32_OVERRIDE",
        "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE",
        "ONEDNN_DEFAULT_FPMATH_MODE",
        "DNNL_DEFAULT_FPMATH_MODE",
        "JAX_DEFAULT_MATMUL_PRECISION",
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
        "PBS_ENVIRONMENT",
        "LSB_JOBID",
        "LSB_DJOB_NUMPROC",
        "SGE_TASK_ID",
        "NSLOTS",
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
# The variables that thread pools, BLAS, Python, conda and Dask document, each by its whole name: what else begins like
# them may be anybody's.
_FAMILIES = {
    "OPENBLAS_": "NUM_THREADS DEFAULT_NUM_THREADS CORETYPE MAIN_FREE THREAD_TIMEOUT VERBOSE BLOCK_FACTOR L2_SIZE LOOPS",
    "OMP_": "SCHEDULE NUM_THREADS DYNAMIC PROC_BIND PLACES STACKSIZE WAIT_POLICY MAX_ACTIVE_LEVELS NESTED THREAD_LIMIT"
    " CANCELLATION DISPLAY_ENV DISPLAY_AFFINITY AFFINITY_FORMAT DEFAULT_DEVICE MAX_TASK_PRIORITY TARGET_OFFLOAD TOOL"
    " DEBUG ALLOCATOR NUM_TEAMS TEAMS_THREAD_LIMIT",
    "MKL_": "NUM_THREADS DOMAIN_NUM_THREADS DYNAMIC THREADING_LAYER INTERFACE_LAYER ENABLE_INSTRUCTIONS DEBUG_CPU_TYPE"
    " CBWR BLAS_COMPUTE_MODE VERBOSE NUM_STRIPES DISABLE_FAST_MM FAST_MEMORY_LIMIT BLACS_MPI SERIAL",
    "KMP_": "AFFINITY ALL_THREADS BLOCKTIME DUPLICATE_LIB_OK HW_SUBSET INIT_AT_FORK LIBRARY SETTINGS STACKSIZE VERSION"
    " TOPOLOGY_METHOD DYNAMIC_MODE FORKJOIN_BARRIER PLAIN_BARRIER REDUCTION_BARRIER DETERMINISTIC_REDUCTION WARNINGS"
    " TPAUSE USER_LEVEL_MWAIT DEVICE_THREAD_LIMIT TEAMS_THREAD_LIMIT PLACE_THREADS USE_YIELD HANDLE_SIGNALS"
    " DISP_NUM_BUFFERS ENABLE_TASK_THROTTLING GTID_MODE MONITOR_STACKSIZE INHERIT_FP_CONTROL NESTING_MODE",
    "GOMP_": "CPU_AFFINITY DEBUG STACKSIZE SPINCOUNT",
    "BLIS_": "NUM_THREADS ARCH_TYPE ARCH_DEBUG MODEL_TYPE JC_NT PC_NT IC_NT JR_NT IR_NT THREAD_IMPL PACK_A PACK_B",
    "VECLIB_": "MAXIMUM_THREADS",
    "NVPL_": "BLAS_NUM_THREADS LAPACK_NUM_THREADS NUM_THREADS",
    "ARMPL_": "NUM_THREADS",
    "FLEXIBLAS": " 64 _CONFIG _HOOK _VERBOSE _COLOR_OUTPUT _LIBRARY_PATH",
    "PYTHON": "HOME PATH SAFEPATH PLATLIBDIR STARTUP OPTIMIZE BREAKPOINT DEBUG INSPECT UNBUFFERED VERBOSE CASEOK"
    " DONTWRITEBYTECODE PYCACHEPREFIX HASHSEED INTMAXSTRDIGITS IOENCODING NOUSERSITE USERBASE EXECUTABLE WARNINGS"
    " FAULTHANDLER TRACEMALLOC PROFILEIMPORTTIME ASYNCIODEBUG MALLOC MALLOCSTATS LEGACYWINDOWSFSENCODING"
    " LEGACYWINDOWSSTDIO COERCECLOCALE DEVMODE UTF8 WARNDEFAULTENCODING NODEBUGRANGES PERFSUPPORT _PERF_JIT_SUPPORT"
    " _DISABLE_REMOTE_DEBUG _CPU_COUNT _FROZEN_MODULES _COLORS _BASIC_REPL _HISTORY _GIL _JIT _TLBC"
    " _THREAD_INHERIT_CONTEXT _CONTEXT_AWARE_WARNINGS THREADDEBUG _VERSION _PIP_VERSION _SETUPTOOLS_VERSION _SHA256"
    " _BUILD_STANDALONE FRAMEWORK _JULIACALL_HANDLE_SIGNALS",
    "CONDA_": "PREFIX PREFIX_1 PREFIX_2 PREFIX_3 PREFIX_4 PREFIX_5 DEFAULT_ENV SHLVL ROOT ROOTS EXE PYTHON_EXE"
    " PROMPT_MODIFIER CHANNELS CHANNEL_PRIORITY CHANNEL_ALIAS DEFAULT_CHANNELS SUBDIR OVERRIDE_CUDA OVERRIDE_GLIBC"
    " OVERRIDE_OSX OVERRIDE_LINUX OVERRIDE_WIN OVERRIDE_ARCHSPEC ENVS_PATH ENVS_DIRS PKGS_DIRS SOLVER"
    " EXPERIMENTAL_SOLVER OFFLINE AUTO_ACTIVATE_BASE AUTO_ACTIVATE PIP_INTEROP_ENABLED BUILD BUILD_STATE ALWAYS_COPY"
    " ALWAYS_SOFTLINK NO_PLUGINS REPODATA_FNS USE_ONLY_TAR_BZ2 SSL_VERIFY SAFETY_CHECKS SAT_SOLVER"
    " ADD_PIP_AS_PYTHON_DEPENDENCY PINNED_PACKAGES CREATE_DEFAULT_PACKAGES DISALLOWED_PACKAGES TRACK_FEATURES BAT"
    " ALLOW_SOFTLINKS PATH_CONFLICT CHANGEPS1 PLUGINS_AUTO_ACCEPT_TOS RESTORE_FREE_CHANNEL UPDATE_MODIFIER"
    " DEPS_MODIFIER ALLOW_NON_CHANNEL_URLS ALLOWLIST_CHANNELS DENYLIST_CHANNELS CUSTOM_CHANNELS CUSTOM_MULTICHANNELS",
    "DASK_": "PARENT INTERNAL__INHERIT_CONFIG CONFIG ROOT_CONFIG NUM_WORKERS SCHEDULER"
    " DISTRIBUTED__WORKER__DAEMON DISTRIBUTED__WORKER__MULTIPROCESSING_METHOD DISTRIBUTED__NANNY__ENVIRON"
    " DISTRIBUTED__NANNY__PRE_SPAWN_ENVIRON__OMP_NUM_THREADS DISTRIBUTED__NANNY__PRE_SPAWN_ENVIRON__MKL_NUM_THREADS"
    " DISTRIBUTED__NANNY__PRE_SPAWN_ENVIRON__OPENBLAS_NUM_THREADS",
}
VARIABLES |= {family + name for family, names in _FAMILIES.items() for name in names.split(" ")}
# That these are set is worth knowing; what they hold is a whole configuration, or a name.
WITHHELD = frozenset(["DASK_INTERNAL__INHERIT_CONFIG", "DASK_PARENT", "DASK_CONFIG", "SPYDER_ARGS", "JUPYTERHUB_USER"])
_INDEXES = frozenset(
    ["PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "UV_INDEX"]
)
_SECRET = ("TOKEN", "PASSW", "PASSPHRASE", "SECRET", "KEY", "AUTH", "CREDENTIAL")

# In a URL of any variable, what stands before the host: where the value is cut at its colons, as PYTHONPATH's is, it
# stands alone.
_BEFORE_HOST = pattern(r"://([^\s/@<\"']{1,512})@([^\s/:?#@\"']{1,253})")

# Homes on Linux, macOS, Windows and clusters.
_HOMES = pattern(
    r"((?<![\w.-])(?:/(?:[\w.-]+/){0,3}home|/Users|[A-Za-z]:[/\\\\]{1,4}Users)[/\\\\]{1,4})([^/\\\\\s\"':;,<>]+)",
    re.IGNORECASE,
)

# Names that a user, a home or a host may have and that tell nobody apart; most are folders of every machine.
COMMON = """
admin anaconda app bin build conda container data debian default dev docker etc home jovyan lib local localhost
miniconda mnt numpy opt packages python root runner scipy share site site-packages srv src test tmp ubuntu user
users usr vagrant var venv vscode work
"""


_known: tuple[str, ...] = ()


def hide(environ: Mapping[str, str]) -> None:
    """From now on `credentials` leaves out what these variables hold that is a secret, wherever it turns up."""
    global _known
    _known = tuple(sorted(_certain(environ), key=len, reverse=True))


def _certain(environ: Mapping[str, str]) -> set[str]:
    """What is a secret for certain, and long or odd enough to be no word of a report."""
    found = set()
    for name, value in environ.items():
        if "://" in value and "@" in value:
            for before, host in _BEFORE_HOST.findall(value):
                user, colon, password = before.partition(":")
                found |= {f"{password}@{host}"} if colon and password else {f"{user}@{host}"} - {f"git@{host}"}
        elif _is_named_like_a_secret(name, value) and (_ODD.match(value) or len(value) > 15) and " " not in value:
            found.add(value)
    return found | {password for password in _passwords(environ) if _ODD.match(password)}


def credentials(text: str) -> str:
    """``text`` without user names and passwords in URLs, tokens in paths and query strings, what follows an option or a
    setting that is named like a secret, secrets that are known by their form, and those that `hide` was told."""
    text = _recognised(text)
    for secret in _known:
        if secret in text:
            text = text.replace(secret, "<redacted>")
    return text


def _recognised(text: str) -> str:
    """``text`` without the credentials that are known for what they are by their looks."""
    if text.isalnum() and text[:4] not in _WORD_FORMS:
        return text
    if "@" in text and ":" in text:
        text = _BARE.sub("<redacted>@", _USERINFO.sub("://<redacted>@", text))
        if "/" in text:
            text = _CUT.sub(r"\1<redacted>@", text)
    if len(text) > 10 and _may_hold_a_form(text):
        text = _FORM.sub("<redacted>", text)
    if ("=" in text or " " in text or "</" in text) and _may_name_a_secret(text.casefold()) and _SECRETS.search(text):
        text = _named(text)
    if "=" in text and _may_end_in_a_secret(text):
        text = _VARIABLE.sub(r"\1<redacted>", text)
    if "://" in text:
        text = _addressed(text)
    if "earer" in text or "asic" in text or "uthorization" in text:
        text = _HEADER.sub(r"\1<redacted>", text)
    if " " in text and (":" in text or "login" in text or _may_tell(text)):
        text = _spoken(text)
    if "/" not in text and "&sig=" not in text:
        return text
    if "/t/" in text:
        text = _TOKEN.sub(r"\1<redacted>", text)
    if "=" in text and ("?" in text or "&" in text or ";" in text or "#" in text):
        text = _VALUE.sub(r"\1<redacted>", _QUERY.sub(r"\1<redacted>", text))
    return text


def _addressed(text: str) -> str:
    """``text``, in which an address was seen, without the folders of one that are a secret."""
    if "hooks.slack" in text or "discord" in text or "office.com" in text:
        text = _HOOK.sub(r"\1<redacted>", text)
    if "cloudsmith" in text or "packagecloud" in text or "fury.io" in text:
        text = _FOLDER.sub(r"\1<redacted>", text)
    if text.startswith("https://") and text.count("://") == 1:  # most are of hosts whose addresses stay
        host = text[8:].partition("/")[0]
        if host.endswith(_PUBLIC) and host.replace(".", "").replace("-", "").isalnum():
            return text
    return _URL_PATH.sub(_without_tokens, text)


def _may_hold_a_form(text: str) -> bool:
    """Whether `_FORM` may find something; a word that is looked for costs a tenth of an expression."""
    return (
        (
            "-" in text
            and (
                "gl" in text or "xox" in text or "sk-" in text or "nvapi-" in text or "pypi-" in text or "xapp-" in text
            )
            and _HYPHENED.search(text) is not None
        )
        or (
            "_" in text
            and (
                "gh" in text
                or "k_" in text
                or "pat_" in text
                or "_v1_" in text
                or "hf_" in text
                or "pm_" in text
                or "gls" in text
            )
            and _FORMS.search(text) is not None
        )
        or ("A" in text and ("AKIA" in text or "ASIA" in text or "AIza" in text))
        or "eyJ" in text
        or (len(text) > 24 and ("/" not in text or " " in text or "1//0" in text) and _may_begin_a_form(text))
    )


def _may_begin_a_form(text: str) -> bool:
    """Whether a beginning is there that no other word has."""
    return (
        ("ya29." in text or "hvs." in text or "SG." in text or "1//0" in text or ":AA" in text)
        or ("dapi" in text or "AKCp" in text or "cmVm" in text or "LTAI" in text or "gsk_" in text or "r8_" in text)
    )  # fmt: skip


def _may_end_in_a_secret(text: str) -> bool:
    """Whether `_VARIABLE` may find something in a text with an equals sign."""
    return (
        ("_" in text and ("_KEY=" in text or "_PAT=" in text or "_P" in text or "_CRED" in text or "_DSN=" in text or "_AUTH=" in text))
        or "wd=" in text
    )  # fmt: skip


def _may_tell(text: str) -> bool:
    """Whether `_TOLD` may find something."""
    return " -p" in text or " -a" in text or "set" in text or "poetry " in text


def _may_name_a_secret(lower: str) -> bool:
    """Whether `_SECRETS` may find something in a text whose letters are folded to ``lower``."""
    return (
        ("key" in lower or "token" in lower or "pass" in lower or "secret" in lower or "credential" in lower)
        or ("_pwd" in lower or "-pat" in lower or "-auth" in lower or '"auth"' in lower)
    )  # fmt: skip


def _may_name_an_option(lower: str) -> bool:
    """Whether `_LONE_OPTION` may know an option in small letters."""
    return _may_name_a_secret(lower) or "pat" in lower or "auth" in lower


def _named(text: str) -> str:
    """``text``, in which a name of a secret was seen, without what belongs to it."""
    text = _SETTING.sub(r"\1\2<redacted>", _OPTION.sub(r"\1<redacted>", text))
    if "PRIVATE KEY" in text:
        text = _BLOCK.sub(r"\1<redacted>", text)
    if "</" in text:
        text = _ELEMENT.sub(r"\1<redacted>", text)
    if ":" in text:
        text = _YAML.sub(r"\1<redacted>", _QUOTED.sub(r"\1<redacted>", text))
    return text


def _spoken(text: str) -> str:
    """``text`` without what a command is told to log in with, and without the headers that do."""
    if "-u" in text or "-U" in text or "--auth" in text or "--proxy-u" in text or "login" in text:
        text = _LOGIN.sub(lambda match: f"{match[1] or match[2] or match[3]}<redacted>", text)
    if _may_tell(text):
        text = _TOLD.sub(r"\1<redacted>", text)
    if "ookie" in text.casefold() or ("-" in text and _may_name_a_secret(text.casefold())):
        text = _HEADER_LINE.sub(r"\1<redacted>", text)
    return text


def _without_tokens(match: re.Match[str]) -> str:
    """A URL without the folders that look like tokens; what public hosts serve stays readable."""
    host = match[2].partition(":")[0]
    if host.endswith(_PUBLIC):
        return match[0]
    folders = ["<redacted>" if _is_tokenlike(folder) else folder for folder in match[3].split("/")]
    return f"://{match[1] or ''}{match[2]}/{'/'.join(folders)}"


def _is_tokenlike(folder: str) -> bool:
    return len(folder) > 7 and "." not in folder and not folder.isalpha() and _TOKENLIKE.match(folder) is not None


def channel(text: str) -> str:
    """As `credentials`, of text that is known to name channels: a token may stand in a name, without a scheme."""
    return _BARE_TOKEN.sub(r"\1\2<redacted>", credentials(text)) if "t/" in text else credentials(text)


def allowed(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that may be recorded, without credentials in their values."""
    kept = {}
    for name in sorted(environ):
        if name not in VARIABLES and name.upper() not in VARIABLES:
            continue
        if name in WITHHELD:
            kept[name] = "<set>" if environ[name] else ""
        elif name in _INDEXES:
            kept[name] = _HOST.sub(r"\1\2", credentials(environ[name]))
        else:
            kept[name] = channel(environ[name]) if "CHANNEL" in name else credentials(environ[name])
    return kept


# Eight signs or more, letters and digits among them: no word that a report may hold.
_ODD = pattern(r"(?=.{8})(?=[^\d\s]*\d)(?=[^A-Za-z\s]*[A-Za-z])\S+\Z")


def secrets(environ: Mapping[str, str]) -> list[str]:
    """What variables hold that are named like a secret, and the passwords of URLs in any variable."""
    named = [value for name, value in environ.items() if _is_named_like_a_secret(name, value)]
    return named + [password for password in _passwords(environ) if not password.isalpha()]


def _is_named_like_a_secret(name: str, value: str) -> bool:
    return len(value) > 5 and value[0] not in "/~" and any(word in name.upper() for word in _SECRET)


def _passwords(environ: Mapping[str, str]) -> list[str]:
    """The passwords of URLs."""
    urls = (value for value in environ.values() if "@" in value and "://" in value)
    return [password for value in urls for password in _PASSWORD.findall(value)]


def pieces(value: str) -> dict[str, str]:
    """What a list of folders (``:`` between them) holds of an address with a name or a password, which was cut at its
    colons: each such piece, with what may stay of it. The word in its place means nothing to a shell."""
    found: dict[str, str] = {}
    parts = value.split(":")
    for number, part in enumerate(parts):
        user, at, host = part.rpartition("@")
        if part.startswith("//"):
            if at and "/" not in user[2:]:
                found[part] = f"//REDACTED@{host}"
                continue
            follow = [place for place in range(number + 1, len(parts)) if parts[place][:1] not in ("/", ".", "")]
            follow = [place for offset, place in enumerate(follow) if place == number + 1 + offset]
            ends = [place for place in follow if "@" in parts[place]]
            for place in follow if ends else ():
                if place <= ends[-1]:
                    rest = parts[place].rpartition("@")[2] if place == ends[-1] else ""
                    found[parts[place]] = f"REDACTED@{rest}" if rest else "REDACTED"
        elif at and number and part[:1] not in ("/", ".") and "/" not in user and part not in found:
            found[part] = f"REDACTED@{host}"
    return found


def shareable(value: object) -> object:
    """A copy of a JSON document whose strings are without credentials; keys are names, and stay."""
    return _copied(value, _Remembered(credentials).__getitem__, None)


class _Remembered(dict[str, str]):
    """What a function of a text answers, asked once for each text: a large document says most things many times."""

    def __init__(self, text: Callable[[str], str]) -> None:
        self._text = text

    def __missing__(self, asked: str) -> str:
        answer = self[asked] = self._text(asked)
        return answer


def _copied(value: object, text: Callable[[str], str], name: Callable[[object], str] | None) -> object:
    """A copy whose strings are what ``text`` makes of them, and its keys what ``name`` does."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, dict):
        copy: dict[str, object] = {}
        for key, item in value.items():
            called = key if name is None else name(key)
            if isinstance(item, str):
                copy[called] = "<redacted>" if item and _is_secret(key) else text(item)
            elif item is None or item is True or item is False:
                copy[called] = item
            else:
                copy[called] = _copied(item, text, name) if item else item
        return copy
    if isinstance(value, (list, tuple)):
        copies: list[object] = []
        before = False
        for item in value:
            if isinstance(item, str):
                copies.append("<redacted>" if before else text(item))
                before = (
                    item[:1] == "-" and _may_name_an_option(item.lower()) and _LONE_OPTION.fullmatch(item) is not None
                )
            else:
                copies.append(_copied(item, text, name))
                before = False
        return copies
    return value


@lru_cache(maxsize=4096)
def _is_secret(key: object) -> bool:
    """Whether a key of a document is named like a secret; the keys of a document are few, and come again and again."""
    if not isinstance(key, str) or len(key) < 5 or not any(word in key.lower() for word in _SECRET_WORDS):
        return False
    return _SECRET_KEY.fullmatch(key) is not None


class Redactor:
    """Takes home, user and host out of strings, however deep they lie in a document.

    A user or host name is replaced where it stands alone, between characters that can't belong to
    a name; names of one or two letters and such as every machine has (``root``) stay. The folder
    that ``home`` is called counts as a user name, too; ``others`` are more names of people, and ``hidden`` what must
    not be seen wherever it turns up.
    """

    _COMMON = frozenset(COMMON.split())

    def __init__(self, home: str, user: str, host: str, others: Iterable[str] = (), hidden: Iterable[str] = ()) -> None:
        home = home.rstrip("/\\")
        folder = home.replace("\\", "/").rpartition("/")[2]
        words = dict.fromkeys(others, "<user>")
        words |= {user: "<user>", folder: "<user>", host: "<host>", host.partition(".")[0]: "<host>"}
        self._names = [
            (pattern(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])", re.IGNORECASE), word)
            for name, word in sorted(words.items(), key=lambda pair: -len(pair[0]))
            if len(name) > 2 and name.lower() not in self._COMMON
        ]
        self._others: dict[str, str] = {}
        self._hidden = sorted({word for word in hidden if len(word) > 5}, key=len, reverse=True)
        self._home: re.Pattern[str] | None = None
        if len(home) > 1:
            windows = home[1:2] == ":"  # where case doesn't matter, nor which way the slashes lean
            path = r"[/\\]+".join(map(re.escape, re.split(r"[/\\]", home))) if windows else re.escape(home)
            self._home = pattern(rf"(?<![\w.~]){path}(?![\w-]|\.\w)", re.IGNORECASE if windows else 0)

    def text(self, text: str) -> str:
        text = credentials(text)
        for secret in self._hidden:
            text = text.replace(secret, "<redacted>")
        if self._home:
            text = self._home.sub("~", text)
        for name, word in self._names:
            text = name.sub(word, text)
        if "home" in text or "sers" in text:
            text = _HOMES.sub(self._somebody, text)
        return text

    def _somebody(self, match: re.Match[str]) -> str:
        """The home of somebody else: one number a person, in the order in which they come up."""
        name = match[2]
        if name.lower() in self._COMMON or name[:1] in "<.":
            return match[0]
        return match[1] + self._others.setdefault(name.lower(), f"<user{len(self._others) + 2}>")

    def document(self, value: object) -> object:
        """A copy of a JSON document with every string redacted, keys too."""
        return _copied(value, self.text, lambda key: self.text(str(key)))
