"""What projects declare, from text to requirements with file and line; broken text to one line."""

import time

import pytest

from envdoctor.probe.project import locks, pyproject, requirements_txt, specs, yaml
from envdoctor.probe.project.requirements_txt import parse
from envdoctor.probe.project.specs import Broken


def nothing(path: str) -> None:
    return None


def test_requirements_files_with_everything_in_them() -> None:
    files = {"reqs/more.txt": "# more\nidna>=3\n-r ../requirements.txt\n", "limits.txt": "six<2\n"}
    text = (
        "\ufeff--index-url https://example.org/simple\n# a comment\nsix>=1.16 # why\n-r reqs/more.txt\n-c limits.txt\n"
        "packaging==24.0 \\\n    --hash=sha256:abc \\\n    --hash=sha256:def\ntomli>=2 ; python_version < '3.11'\n"
        "lib @ https://example.org/lib.whl\n-e git+https://example.org/x.git#egg=some_egg\n-e .\n./local\n"
        "https://example.org/y.whl\nsecret==${VERSION}\nnumpy [extra] >= 1.2, <3\n"
    )
    found = parse(text, "requirements.txt", files.get)
    assert [(item.key, item.file, item.line, item.specifier) for item in found] == [
        ("six", "requirements.txt", 3, ">=1.16"),
        ("idna", "reqs/more.txt", 2, ">=3"),
        ("packaging", "requirements.txt", 6, "==24.0"),
        ("tomli", "requirements.txt", 9, ">=2"),
        ("lib", "requirements.txt", 10, None),
        ("some-egg", "requirements.txt", 11, None),
        ("numpy", "requirements.txt", 16, ">=1.2,<3"),
    ]


@pytest.mark.parametrize(
    "text, line, word",
    [
        ("six\n\nnumpy=>1\n", 3, "numpy=>1"),
        ("numpy[all>=1\n", 1, "numpy.all"),
        ("six\n-r gone.txt\n", 2, "gone.txt"),
        ("a \\\n  b\n", 1, "a"),
        ("<<<<<<< HEAD\nsix\n", 1, "<<<<<<<"),
    ],
)
def test_a_broken_requirements_file_names_the_line(text: str, line: int, word: str) -> None:
    with pytest.raises(Broken, match=word) as caught:
        parse(text, "requirements.txt", nothing)
    assert caught.value.line == line


def test_a_pyproject_with_all_its_tables() -> None:
    text = """[project]
name = "fit"
dependencies = [
  "six>=1.16",
  'tomli>=2; python_version < "3.11"',
]
[project.optional-dependencies]
plot = ["idna"]
[dependency-groups]
dev = ["pytest>=8", {include-group = "lint"}]
lint = ["ruff"]
[tool.poetry.dependencies]
python = "^3.11"
numpy = "^1.26"
scipy = {version = "~1.11", extras = ["x"], optional = true}
git-thing = {git = "https://example.org/x.git"}
[tool.pixi.dependencies]
openblas = "0.3.*"
"""
    manifest = pyproject.pyproject(text, "pyproject.toml")
    assert manifest.name == "fit"
    told = {kind: [(item.text, item.line, item.group) for item in items] for kind, items in manifest.lists.items()}
    assert told == {
        "pyproject": [("six>=1.16", 4, ""), ('tomli>=2; python_version < "3.11"', 5, ""), ("idna", 8, "plot")],
        "dependency-groups": [("pytest>=8", 10, "dev"), ("ruff", 11, "lint")],
        "poetry": [
            ("numpy>=1.26,<2", 14, ""),
            ("scipy[x]>=1.11,<1.12", 15, "optional"),
            ("git-thing", 16, ""),
        ],
        "pixi": [("openblas 0.3.*", 18, "")],
    }


@pytest.mark.parametrize(
    "text, line",
    [('[project]\nname = "x\n', 2), ('[project]\ndependencies = [\n "six",\n "a=>1",\n]\n', 4), ("[project\n", 1)],
)
def test_a_broken_pyproject_names_the_line(text: str, line: int) -> None:
    with pytest.raises(Broken) as caught:
        pyproject.pyproject(text, "pyproject.toml")
    assert caught.value.line == line


@pytest.mark.parametrize(
    "written, meant",
    [
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0", ">=0,<1"),
        ("^0.0a2", ">=0.0a2,<0.1"),
        ("^ 2rc1", ">=2rc1,<3"),
        ("~0.post1", ">=0.post1,<1"),
        ("~1.2.3.dev4", ">=1.2.3.dev4,<1.3"),
        ("^1!2.3", ">=1!2.3,<1!3"),
        ("^0.0.0.3", ">=0.0.0.3,<0.0.1"),
        ("^1.*", None),
        ("^0.0", ">=0.0,<0.1"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~1", ">=1,<2"),
        ("1.2.*", "==1.2.*"),
        ("*", ""),
        ("1.2.3", "==1.2.3"),
        (">=1, <2", ">=1,<2"),
        ("^1 || ^2", None),
        (">=22 <27", ">=22,<27"),
        (">= 1.0 , != 1.5", ">=1.0,!=1.5"),
        ("nonsense", None),
    ],
)
def test_poetrys_constraints(written: str, meant: str | None) -> None:
    """The examples are those of https://python-poetry.org/docs/dependency-specification/."""
    assert specs.poetry_specifier(written) == meant


@pytest.mark.parametrize(
    "written, name, meant",
    [
        ("numpy", "numpy", ""),
        ("numpy=1.26", "numpy", "==1.26.*"),
        ("numpy==1.26.4", "numpy", "==1.26.4"),
        ("numpy>=1.20,<2", "numpy", ">=1.20,<2"),
        ("numpy 1.26.*", "numpy", "==1.26.*"),
        ("conda-forge::numpy=1.26.4=py312h0", "numpy", "==1.26.4"),
        ("numpy=1.26|1.25", "numpy", None),
        ("NumPy >=1.2", "numpy", ">=1.2"),
    ],
)
def test_condas_specs(written: str, name: str, meant: str | None) -> None:
    requirement = specs.of_conda(written, "environment.yml", 1)
    assert (requirement.name, requirement.specifier) == (name, meant)


def test_an_environment_yml_with_pips_part() -> None:
    text = "name: fit\ndependencies:\n- python=3.12\n- numpy>=2\n- pip:\n  - six>=1\n  - -r r.txt\n"
    found = yaml.environment(text, "environment.yml", {"r.txt": "idna\n"}.get).requirements
    assert [(item.key, item.manager, item.file, item.line) for item in found] == [
        ("python", "conda", "environment.yml", 3),
        ("numpy", "conda", "environment.yml", 4),
        ("six", "pip", "environment.yml", 6),
        ("idna", "pip", "r.txt", 1),
    ]


@pytest.mark.parametrize(
    "text, line",
    [
        ("name: x\ndependencies:\n  - a\n bad\n", 4),
        ("dependencies: numpy\n", 1),
        ("- a\n", 1),
        ("dependencies:\n- pip:\n  - six=>1\n", 3),
    ],
)
def test_a_broken_environment_yml_names_the_line(text: str, line: int) -> None:
    with pytest.raises(Broken) as caught:
        yaml.environment(text, "environment.yml", nothing)
    assert caught.value.line == line


# Shaped after pdm 2.22's own writer (pdm: src/pdm/project/lockfile/pdmlock.py).
PDM = """# This file is @generated by PDM.
[metadata]
groups = ["default", "dev"]
strategy = ["inherit_metadata"]
[[metadata.targets]]
requires_python = ">=3.11"

[[package]]
name = "six"
version = "1.17.0"
requires_python = "!=3.0.*,>=2.7"
summary = "Python 2 and 3 compatibility utilities"
groups = ["default"]
marker = "python_version >= \\"3\\""
files = [
    {file = "six-1.17.0-py2.py3-none-any.whl", hash = "sha256:47"},
]
"""
# Shaped after https://pixi.sh/latest/workspace/lockfile/ and https://conda.github.io/conda-lock/.
PIXI = """version: 6
environments:
  default:
    channels:
    - url: https://conda.anaconda.org/conda-forge/
    packages:
      linux-64:
      - conda: https://conda.anaconda.org/conda-forge/linux-64/libgcc-ng-14.1.0-h77fa898_1.conda
      - pypi: https://files.pythonhosted.org/packages/aa/six-1.17.0-py2.py3-none-any.whl
"""
CONDA_LOCK = (
    "version: 1\npackage:\n- name: numpy\n  version: 2.1.0\n  manager: conda\n"
    "- name: six\n  version: '1.17'\n  manager: pip\n"
)


def test_the_locks_tell_name_version_and_line() -> None:
    (six,) = locks.toml(PDM)
    assert (six.name, six.version, six.line, six.marker) == ("six", "1.17.0", 8, 'python_version >= "3"')
    told = [(item.name, item.version, item.manager) for item in locks.yaml(PIXI)]
    assert told == [("libgcc-ng", "14.1.0", "conda"), ("six", "1.17.0", "pip")]
    told = [(item.name, item.version, item.manager) for item in locks.yaml(CONDA_LOCK)]
    assert told == [("numpy", "2.1.0", "conda"), ("six", "1.17", "pip")]
    (locked,) = locks.pipfile('{"_meta": {}, "default": {\n"six": {"version": "==1.17.0"}}}')
    assert (locked.name, locked.version, locked.line) == ("six", "1.17.0", 2)


@pytest.mark.parametrize("read, text", [(locks.toml, PDM), (locks.yaml, PIXI), (locks.pipfile, '{\n"default": {}\n}')])
def test_a_lock_in_conflict_names_the_line(read: object, text: str) -> None:
    lines = text.splitlines()
    broken = "\n".join([lines[0], "<<<<<<< HEAD", *lines[1:]])
    assert callable(read)
    with pytest.raises(Broken) as caught:
        read(broken)
    assert caught.value.line in (2, 3)


def test_a_lock_cut_off_names_a_line() -> None:
    with pytest.raises(Broken) as caught:
        locks.toml(PDM[: PDM.index("sha256")])
    assert caught.value.line == 16


@pytest.mark.parametrize(
    "written, text",
    [
        ({"version": "^2", "python": "<3.11"}, 'a>=2,<3; python_full_version < "3.11"'),
        ({"version": "*", "platform": "win32"}, 'a; sys_platform == "win32"'),
        ({"version": "*", "platform": "!=win32"}, None),
        ({"version": "*", "python": "*"}, "a"),
        (
            {"version": "1", "python": "^3.8", "markers": "extra == 'x'"},
            'a==1; (extra == \'x\') and (python_full_version >= "3.8" and python_full_version < "4")',
        ),
        ({"version": "*", "sys_platform": "== 'win32'"}, "a; sys_platform == 'win32'"),
        ({"version": "*", "platform_system": "== 'Windows'"}, "a; platform_system == 'Windows'"),
    ],
)
def test_whom_a_dependency_of_poetrys_or_pipenvs_is_for(written: dict[str, str], text: str | None) -> None:
    found = specs.of_poetry("a", written, "Pipfile", 1, "")
    assert (found.text if found else None) == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_the_mark_at_the_beginning_tells_the_encoding(encoding: str) -> None:
    assert requirements_txt.decode("numpy>=1 # é\n".encode(encoding)).removeprefix("\ufeff") == "numpy>=1 # é\n"


def test_a_file_that_many_name_is_read_once() -> None:
    """Each names the next twice: 2**60 ways to the last."""
    files = {f"{number}.txt": f"-r {number + 1}.txt\n" * 2 for number in range(60)} | {"60.txt": "six\n"}
    found = requirements_txt.parse('-r "0.txt"\n', "requirements.txt", files.get)
    assert [item.text for item in found] == ["six"]


@pytest.mark.parametrize("line", ["local/folder", "local\\folder", "-r ${HERE}/more.txt", "./folder[x]"])
def test_what_names_no_distribution_is_passed_over(line: str) -> None:
    assert [item.text for item in requirements_txt.parse(f"{line}\nsix\n", "requirements.txt", lambda _: None)] == [
        "six"
    ]


def test_requirements_written_otherwise_than_they_read_take_no_square_of_the_time() -> None:
    listed = "".join(f'"p{number}\\u003e=1",\n' for number in range(8000))
    before = time.process_time()
    pyproject.pyproject(f'[project]\nname = "x"\ndependencies = [\n{listed}]\n', "pyproject.toml")
    assert time.process_time() - before < 10


def test_setuptools_may_take_the_list_from_files() -> None:
    text = '[project]\ndynamic = ["dependencies"]\n[tool.setuptools.dynamic]\ndependencies = {file = ["deps.txt"]}\n'
    lists = pyproject.pyproject(text, "pyproject.toml", {"deps.txt": "six>=1\n"}.get).lists
    assert [(item.text, item.file, item.line) for item in lists["pyproject"]] == [("six>=1", "deps.txt", 1)]


@pytest.mark.parametrize(
    ("line", "specifier"),
    [
        ("numpy;", ""),
        ("numpy>=1 ;  # later", ">=1"),
        ("numpy[a, b]===", ""),
        ("numpy>=1 --hash=sha256:aa --hash=sha256:bb", ">=1"),
        ('numpy>=1 --config-settings="a=b"', ">=1"),
        ("numpy >=1 --global-option=x", ">=1"),
    ],
)
def test_a_requirement_line_is_read_as_pip_reads_it(line: str, specifier: str) -> None:
    (row,) = requirements_txt.parse(line + "\n", "requirements.txt", lambda _: None)
    assert (row.key, row.specifier) == ("numpy", specifier)


@pytest.mark.parametrize("line", ["numpy==1 --x", "numpy --upgrade", "numpy --hashes=sha256:aa"])
def test_an_option_that_pip_does_not_know_behind_a_requirement_is_told(line: str) -> None:
    with pytest.raises(specs.Broken) as told:
        requirements_txt.parse(line + "\n", "requirements.txt", lambda _: None)
    assert told.value.what == f"no such option: --{line.rpartition('--')[2].partition('=')[0]}"
